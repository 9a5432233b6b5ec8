-- SPDX-License-Identifier: Apache-2.0
-- question: Which OMOP drug concepts were given most often?
-- needs: raw.*_drug_exposure
SELECT drug_concept_id AS concept, count(*) AS exposures
FROM {table}
GROUP BY concept
ORDER BY exposures DESC, concept
LIMIT 5

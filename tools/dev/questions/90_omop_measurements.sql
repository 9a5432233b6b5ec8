-- SPDX-License-Identifier: Apache-2.0
-- question: Which OMOP measurement concepts occur most often?
-- needs: raw.*_measurement
SELECT measurement_concept_id AS concept, count(*) AS times
FROM {table}
GROUP BY concept
ORDER BY times DESC, concept
LIMIT 5

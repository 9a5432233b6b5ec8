-- SPDX-License-Identifier: Apache-2.0
-- question: Which kinds of visit does the OMOP source know?
-- needs: raw.*_visit_occurrence
SELECT visit_concept_id AS concept, count(*) AS visits
FROM {table}
GROUP BY concept
ORDER BY visits DESC, concept
LIMIT 5

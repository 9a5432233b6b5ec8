-- SPDX-License-Identifier: Apache-2.0
-- question: Which OMOP condition concepts do most people have?
-- needs: raw.*_condition_occurrence
SELECT condition_concept_id AS concept, count(DISTINCT person_id) AS people
FROM {table}
GROUP BY concept
ORDER BY people DESC, concept
LIMIT 5

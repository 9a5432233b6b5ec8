-- SPDX-License-Identifier: Apache-2.0
-- question: How many patients are there, by gender?
-- needs: raw.patient
SELECT json_extract_string(resource, '$.gender') AS gender, count(DISTINCT id) AS patients
FROM raw.patient
WHERE NOT deleted
GROUP BY gender
ORDER BY patients DESC

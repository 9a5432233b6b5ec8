-- SPDX-License-Identifier: Apache-2.0
-- question: How many encounters began in each of the last five years?
-- needs: raw.encounter
SELECT substr(json_extract_string(resource, '$.period.start'), 1, 4) AS year, count(DISTINCT id) AS encounters
FROM raw.encounter
WHERE NOT deleted
GROUP BY year
ORDER BY year DESC
LIMIT 5

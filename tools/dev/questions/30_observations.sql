-- SPDX-License-Identifier: Apache-2.0
-- question: What is measured most often, and what is its mean?
-- needs: raw.observation
SELECT json_extract_string(resource, '$.code.coding[0].display') AS measured,
       count(*) AS times,
       round(avg(TRY_CAST(json_extract_string(resource, '$.valueQuantity.value') AS DOUBLE)), 2) AS mean,
       min(json_extract_string(resource, '$.valueQuantity.unit')) AS unit
FROM raw.observation
WHERE NOT deleted
GROUP BY measured
ORDER BY times DESC, measured
LIMIT 5

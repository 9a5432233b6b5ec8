-- SPDX-License-Identifier: Apache-2.0
-- question: Which conditions do most patients have?
-- needs: raw.condition
SELECT json_extract_string(resource, '$.code.coding[0].display') AS diagnosis,
       count(DISTINCT json_extract_string(resource, '$.subject.reference')) AS patients
FROM raw.condition
WHERE NOT deleted
GROUP BY diagnosis
ORDER BY patients DESC, diagnosis
LIMIT 5

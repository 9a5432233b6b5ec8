-- SPDX-License-Identifier: Apache-2.0
-- question: From which source did how much come?
-- needs: raw.fhir
SELECT source, count(*) AS records, count(DISTINCT file) AS files, max(arrived_at) AS last_arrival
FROM raw.fhir
GROUP BY source
ORDER BY records DESC

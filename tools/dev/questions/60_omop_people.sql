-- SPDX-License-Identifier: Apache-2.0
-- question: When were the people of the OMOP source born?
-- needs: raw.*_person
SELECT CAST(floor(CAST(year_of_birth AS INTEGER) / 20) * 20 AS INTEGER) AS from_year, count(*) AS people
FROM {table}
GROUP BY from_year
ORDER BY from_year

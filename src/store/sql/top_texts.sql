SELECT count(*) OVER (), d.text, page_views, visitors, uniques, visits, bounces, exits, duration_s, duration_n
FROM ({grouped}) grouped LEFT JOIN {dictionary} d USING (id)
WHERE {having}
ORDER BY {sort} DESC NULLS LAST, coalesce(d.text, '(unknown)')

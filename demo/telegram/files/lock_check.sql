-- 发布前查一遍：有超过 5 分钟的事务就不发
SELECT pid, usename, state, now() - xact_start AS age, left(query, 80) AS query
FROM pg_stat_activity
WHERE xact_start < now() - interval '5 minutes'
ORDER BY xact_start;

-- 已经卡住了：谁在等，谁挡着
SELECT w.pid AS waiting, unnest(pg_blocking_pids(w.pid)) AS blocked_by, left(w.query, 80) AS query
FROM pg_stat_activity AS w
WHERE cardinality(pg_blocking_pids(w.pid)) > 0;

-- 迁移脚本开头固定这一句，拿不到锁就放弃，退避后重试
SET lock_timeout = '3s';

-- All steps done is not yet done: 100 % is said of what is completed, and of nothing else (media.md §1.10).
create or replace function derive_progress(j jobs) returns real language sql stable as $$
  with weights as (
    select key as name, value::real as weight from jsonb_each_text(coalesce(j.policy -> 'weights', '{}'))
  ), reached as (
    select w.weight, coalesce(case
      when w.name = 'external' then (select max(e.progress) from external_items e where e.job_id = j.id)
      else (select max(s.progress) from job_steps s where s.job_id = j.id and s.name = w.name and s.round = j.round
        and (s.state <> 'done' or w.name is distinct from j.policy ->> 'sliced'))
    end, 0) as progress
    from weights w
  )
  select greatest(j.progress,
    case when j.outcome_status = 'completed' then 1
      else least(0.99, coalesce((select sum(weight * progress) / nullif(sum(weight), 0) from reached), 0)) end)::real
$$;

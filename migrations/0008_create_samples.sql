-- How each subscription was, once a minute for a day: what trends and small charts are drawn from. Written by the consumers
-- that run, also of those that do not, and by whatever else calls Operator::sample. Nothing depends on it: rows may be
-- removed at any time.
CREATE TABLE dispatcher_sample (
    consumer          text             COLLATE "C" NOT NULL,
    subscription      text             COLLATE "C" NOT NULL,
    -- The minute.
    sampled_at        timestamptz      NOT NULL,
    position          bigint           NOT NULL,
    -- NULL where it was not known.
    lag_events        bigint,
    lag_at_least      boolean          NOT NULL,
    lag_seconds       double precision,
    waiting           bigint           NOT NULL,
    open_dead_letters bigint           NOT NULL,
    -- The last position of the log. NULL where it was not written down.
    last_position     bigint,
    CONSTRAINT dispatcher_sample_pkey PRIMARY KEY (consumer, subscription, sampled_at)
);

COMMENT ON TABLE dispatcher_sample IS 'How each subscription was, once a minute, for a day.';

CREATE INDEX dispatcher_sample_sampled_at ON dispatcher_sample (sampled_at); -- to remove old rows

"""What serving many adds to asking: turns, a memory of answers, measures, traces, logs."""

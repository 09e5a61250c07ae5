"""Reports as values: roll-ups, history, forecast, planning. Facts in, a `Report` out."""

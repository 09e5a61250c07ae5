"""Reports as values: progress, history, forecast, planning. Facts in, a `Report` out."""

/* Metric families as text, in the form of OpenMetrics or of the older format of Prometheus. */
#pragma once

#include "metric_family.h"

/* Appends the family's description and every series that is not hidden. */
void metrics_text_add(GString *text, YtopsMetricFamily *family, YtopsMetricsFormat format);

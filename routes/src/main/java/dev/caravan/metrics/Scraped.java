package dev.caravan.metrics;

import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A family of which nobody knows beforehand which series it has - routes come and go - and whose values are asked for when somebody scrapes.
 *
 * @param name   without the {@code _total} of a counter
 * @param counts whether it only rises
 * @param rows   asked at each scrape; a source that fails costs its own family only
 */
record Scraped(String name, String help, boolean counts, Supplier<List<Row>> rows) implements Collector {

    private static final Logger LOG = LoggerFactory.getLogger(Scraped.class);

    /** One series. */
    record Row(Labels labels, double value) {

        /** @param labels names and values in turn */
        static Row of(double value, String... labels) {
            return new Row(Labels.of(labels), value);
        }
    }

    static Scraped counter(String name, String help, Supplier<List<Row>> rows) {
        return new Scraped(name, help, true, rows);
    }

    static Scraped gauge(String name, String help, Supplier<List<Row>> rows) {
        return new Scraped(name, help, false, rows);
    }

    @Override
    public String getPrometheusName() {
        return name;
    }

    @Override
    public MetricSnapshot collect() {
        List<Row> now;
        try {
            now = rows.get();
        } catch (RuntimeException e) {
            LOG.debug("{} cannot be told", name, e);
            now = List.of();
        }
        return counts ? counter(now) : gauge(now);
    }

    private MetricSnapshot counter(List<Row> now) {
        CounterSnapshot.Builder snapshot = CounterSnapshot.builder().name(name).help(help);
        for (Row row : now) {
            snapshot.dataPoint(CounterSnapshot.CounterDataPointSnapshot.builder().labels(row.labels()).value(row.value()).build());
        }
        return snapshot.build();
    }

    private MetricSnapshot gauge(List<Row> now) {
        GaugeSnapshot.Builder snapshot = GaugeSnapshot.builder().name(name).help(help);
        for (Row row : now) {
            snapshot.dataPoint(GaugeSnapshot.GaugeDataPointSnapshot.builder().labels(row.labels()).value(row.value()).build());
        }
        return snapshot.build();
    }
}

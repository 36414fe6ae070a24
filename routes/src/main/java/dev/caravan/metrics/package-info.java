/**
 * The hub in numbers: {@code GET /metrics} in the formats of Prometheus and OpenMetrics.
 *
 * <p>{@link dev.caravan.metrics.HubMetrics} holds the registry and everything that feeds it. What happens for every frame or chunk is counted as
 * it happens, by {@link dev.caravan.metrics.SessionMetrics} on the seam {@link dev.caravan.processors.session.SessionObserver}: a few adders that
 * are looked up once per session. All else is asked for when somebody scrapes. Label values are ids of pipelines, routes, topics and words of the
 * hub's own, never anything a client made up. Names and meanings stand in {@code routes/docs/metrics.md}, which a test holds to the code.
 */
@NullMarked
package dev.caravan.metrics;

import org.jspecify.annotations.NullMarked;

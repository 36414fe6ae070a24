/**
 * Dashboard and alerts of the folder {@code k8s} against a hub that runs, asked by a real Prometheus. Read
 * {@link dev.caravan.monitoring.MonitoringTest} first.
 */
package dev.caravan.monitoring;

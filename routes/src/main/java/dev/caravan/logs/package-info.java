/**
 * What happens to the hub as a whole, in its log: one line per step in the life of the hub, of sessions, peers, models and Kafka, and none
 * per frame. Every line has named fields, which are JSON fields where the log is JSON. Read {@link dev.caravan.logs.LifeCycleLog} first,
 * then {@link dev.caravan.logs.LifeCycleLine}.
 */
@NullMarked
package dev.caravan.logs;

import org.jspecify.annotations.NullMarked;

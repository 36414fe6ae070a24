/**
 * Sessions: the core of the hub.
 *
 * <p>A {@link dev.caravan.processors.session.Session} is one live generation: a bounded input where the newest frames win, a chain of
 * pipeline streams, an ordered log of controls and a paced output that fans out to subscribers. One thread owns all of it; everybody
 * else hands over and returns at once. {@link dev.caravan.processors.session.Sessions} opens them within limits, finds them and
 * tells everybody what happens to them. Read these two first. Nothing here knows of Camel, WebRTC or Kafka.
 */
@NullMarked
package dev.caravan.processors.session;

import org.jspecify.annotations.NullMarked;

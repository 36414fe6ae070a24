/**
 * The hub as an operator's tools see it: one MBean for the hub and one for each live session, loaded model and peer, in the domain
 * {@code dev.caravan} of the platform's MBean server.
 *
 * <p>{@link dev.caravan.jmx.HubBeans} keeps the register true while sessions, models and peers come and go; each {@code ...MXBean} says
 * what can be read and done, and its {@code ...Bean} does it through the same doors as the HTTP contract. Read {@code HubBeans} and
 * {@link dev.caravan.jmx.SessionMXBean} first. No attribute holds a secret, and a refusal is an exception of the JDK with one line for a
 * person. Nothing here knows of Camel, HTTP or the console, which reads these beans over Jolokia.
 */
@NullMarked
package dev.caravan.jmx;

import org.jspecify.annotations.NullMarked;

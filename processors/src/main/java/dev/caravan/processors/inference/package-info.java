/**
 * The Camel component {@code inference:}, the door between routes and sessions.
 *
 * <p>{@code from("inference:main")} gives every generated frame and every event of every session, in order per session;
 * {@code to("inference:main")} hands a frame or a control to the session named in the header. Both find the hub's
 * {@link dev.caravan.processors.session.Sessions} in the registry.
 * Read {@link dev.caravan.processors.inference.InferenceConsumer} and {@link dev.caravan.processors.inference.InferenceProducer}
 * first. Nothing here decides anything about sessions, and nothing here waits for one.
 */
@NullMarked
package dev.caravan.processors.inference;

import org.jspecify.annotations.NullMarked;

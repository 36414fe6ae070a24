/**
 * The one port of the hub, below Camel: who may come in, and what is answered when no route does.
 *
 * <p>{@link dev.caravan.http.HubServer} is Camel's HTTP server, opened only when every route is up; {@link dev.caravan.http.Mount} hangs
 * the handlers of this package on its router in a fixed order: guards first (host and origin, cross-origin answers, who calls and whether
 * they may), Camel's routes in the middle, then the page, the API page and, last, the contract's 404 and 405. Whatever is mounted on the
 * router later, WebSockets and consoles included, sits behind the same guards. Read {@code Mount} first, then {@link dev.caravan.http.Guard} and
 * {@link dev.caravan.http.HostGuard}.
 */
@NullMarked
package dev.caravan.http;

import org.jspecify.annotations.NullMarked;

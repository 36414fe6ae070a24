/**
 * Routes that come and go while the hub runs: the files of the routes folder. Each is first built in a context aside, where nothing
 * starts, and only then put in the place of its old version; a bad one changes nothing and says why. {@link dev.caravan.live.LiveRoutes}
 * is the door and owns the order of things; {@link dev.caravan.live.Trial} is the check, {@link dev.caravan.live.Deployment} what one file
 * put into the hub's context. The hub's own routes are never touched. Read {@code LiveRoutes} first.
 */
@NullMarked
package dev.caravan.live;

import org.jspecify.annotations.NullMarked;

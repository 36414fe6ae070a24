/**
 * The ICE servers browsers are told about: fixed ones, or short-lived TURN credentials fetched from a provider and refreshed before they
 * end, or public STUN when there is nothing better. The hub's own peers do not use this list. Read {@link dev.caravan.api.ice.IceServers}
 * first, then {@link dev.caravan.api.ice.TurnSource}.
 */
@NullMarked
package dev.caravan.api.ice;

import org.jspecify.annotations.NullMarked;

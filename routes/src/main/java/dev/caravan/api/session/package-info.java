/** The contract's session without a client: {@link dev.caravan.api.session.HeadlessSession} starts and stops the one there may be. */
@NullMarked
package dev.caravan.api.session;

import org.jspecify.annotations.NullMarked;

/**
 * Who calls, and what they may do: {@link dev.caravan.security.Principal}s with a {@link dev.caravan.security.Role}, and the
 * {@link dev.caravan.security.TokenVerifier}s that make one of a bearer token. Knows nothing of HTTP; the guard in {@code http} asks it.
 */
@NullMarked
package dev.caravan.security;

import org.jspecify.annotations.NullMarked;

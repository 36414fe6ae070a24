/**
 * Who calls, and what they may do: {@link dev.caravan.security.Principal}s with a {@link dev.caravan.security.Role}, the
 * {@link dev.caravan.security.TokenVerifier}s that make one of a bearer token, all held by {@link dev.caravan.security.Authentication},
 * and {@link dev.caravan.security.Policy}, the table of who may call what. Knows methods and paths but nothing of the HTTP server; the
 * guard in {@code http} asks it. Read {@code Policy} and {@code Authentication} first.
 */
@NullMarked
package dev.caravan.security;

import org.jspecify.annotations.NullMarked;

/**
 * The HTTP contract: one class per group of operations.
 *
 * <p>A group extends {@link dev.caravan.api.ApiRoutes} and lists its operations, each a {@link dev.caravan.api.Api.Handler} that turns a
 * {@link dev.caravan.api.Request} into a {@link dev.caravan.api.Reply}. A handler runs on a worker thread and may block; it refuses by
 * throwing {@link dev.caravan.api.ApiError} or {@link dev.caravan.api.ValidationError}, and {@link dev.caravan.api.ApiProcessor} is the one
 * place that turns both into the contract's error bodies. Handlers know nothing of Camel or Vert.x, so they are tested by calling them.
 */
@NullMarked
package dev.caravan.api;

import org.jspecify.annotations.NullMarked;

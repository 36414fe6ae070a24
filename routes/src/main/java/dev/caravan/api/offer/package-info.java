/**
 * From the offer of a WebRTC client to a peer in a session: {@link dev.caravan.api.offer.OfferBody} is what the client wrote,
 * {@link dev.caravan.api.offer.LinearGraph} reads its graph, {@link dev.caravan.api.offer.OfferService} opens or joins the session and
 * answers.
 */
@NullMarked
package dev.caravan.api.offer;

import org.jspecify.annotations.NullMarked;

package dev.caravan.api;

import dev.caravan.api.ice.IceServers;
import dev.caravan.api.offer.OfferBody;
import dev.caravan.api.offer.OfferService;
import dev.caravan.processors.session.SessionRefusedException;
import dev.caravan.processors.webrtc.BadCandidateException;
import dev.caravan.processors.webrtc.Candidate;
import dev.caravan.processors.webrtc.PeerAnswer;
import dev.caravan.processors.webrtc.Peers;
import dev.caravan.security.Principal;
import dev.caravan.security.Role;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Signalling: ICE servers, offers, candidates (contract §1.4). */
public final class WebrtcApi extends ApiRoutes {

    private final IceServers iceServers;
    private final OfferService offers;
    private final Peers peers;
    private final Consumer<Exception> refused;

    /** @param refused is told of every offer that is not answered; must return at once */
    public WebrtcApi(IceServers iceServers, OfferService offers, Peers peers, Consumer<Exception> refused) {
        super("webrtc", "Signalling: ICE servers, offers, candidates");
        this.iceServers = iceServers;
        this.offers = offers;
        this.peers = peers;
        this.refused = refused;
    }

    @Override
    protected void operations() {
        get("/api/v1/webrtc/ice-servers", "getIceServers", "ICE servers for RTCPeerConnection", request -> Reply.json(
                Map.of("iceServers", IceServers.json(iceServers.current()))));
        post("/api/v1/webrtc/offer", "createOffer", "Connect a peer: open a session, or join or watch one", this::offer)
                .jsonBody(
                        "sdp, type 'offer', initialParameters (join or watch: id of an existing session)",
                        Map.of("type", "offer", "sdp", "v=0...", "initialParameters", SessionsApi.CONTROL))
                .answers(400, "no pipeline loaded, a graph the hub does not run, or an SDP that cannot be answered")
                .answers(403, "a viewer that would do more than watch, or a token for another session")
                .answers(404, "the session to join or watch is unknown")
                .answers(422, "wrong types or values")
                .answers(503, "a limit is reached");
        patch("/api/v1/webrtc/offer/{session_id}", "addIceCandidates", "Add ICE candidates of the client", this::candidates)
                .path("session_id", "sessionId of the answer")
                .jsonBody(
                        "candidates: [{candidate, sdpMid, sdpMLineIndex}]",
                        Map.of("candidates", List.of(Map.of("candidate", "candidate:...", "sdpMid", "0", "sdpMLineIndex", 0))))
                .answers(204, "added")
                .answers(403, "offered by somebody else")
                .answers(404, "unknown session or a candidate that cannot be used");
        delete("/api/v1/webrtc/offer/{session_id}", "closeOffer", "End a peer", this::close)
                .path("session_id", "sessionId of the answer")
                .answers(204, "ended, or not there")
                .answers(403, "offered by somebody else");
    }

    Reply offer(Request request) throws SessionRefusedException {
        PeerAnswer answer = accept(request);
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("sdp", answer.sdp());
        out.put("type", "answer");
        out.put("sessionId", answer.peerId());
        return Reply.json(out);
    }

    private PeerAnswer accept(Request request) throws SessionRefusedException {
        try {
            return offers.accept(OfferBody.parse(request.requireObject()), request.caller());
        } catch (SessionRefusedException | RuntimeException e) {
            refused.accept(e);
            throw e;
        }
    }

    Reply candidates(Request request) {
        String id = request.path("session_id");
        requireOwn(id, request.caller());
        Fields fields = Fields.ofBody(request.requireObject());
        List<Candidate> candidates = fields.requireObjects("candidates").stream().map(WebrtcApi::candidate).toList();
        fields.check();
        try {
            if (!peers.addCandidates(id, candidates)) {
                throw ApiError.notFound("Session " + id + " not found");
            }
        } catch (BadCandidateException e) {
            throw ApiError.notFound(e.getMessage());
        }
        return Reply.noContent();
    }

    Reply close(Request request) {
        String id = request.path("session_id");
        requireOwn(id, request.caller());
        peers.close(id, "closed by the client");
        return Reply.noContent();
    }

    private void requireOwn(String peerId, Principal caller) {
        boolean others = offers.owners().of(peerId).filter(owner -> !owner.equals(caller.name())).isPresent();
        if (others && !caller.role().covers(Role.OPERATOR)) {
            throw new ApiError(403, "Session " + peerId + " was offered by somebody else: that needs the role operator");
        }
    }

    private static Candidate candidate(Fields fields) {
        return new Candidate(fields.requireText("candidate"), fields.text("sdpMid"), fields.whole("sdpMLineIndex"));
    }
}

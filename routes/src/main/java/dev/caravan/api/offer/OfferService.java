package dev.caravan.api.offer;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.api.ApiError;
import dev.caravan.api.Ownership;
import dev.caravan.api.ValidationError;
import dev.caravan.inference.frame.Origin;
import dev.caravan.inference.pipeline.Pipeline;
import dev.caravan.inference.pipeline.PipelineLoader;
import dev.caravan.inference.pipeline.PipelineRegistry;
import dev.caravan.processors.session.Control;
import dev.caravan.processors.session.Session;
import dev.caravan.processors.session.SessionRefusedException;
import dev.caravan.processors.session.SessionRequest;
import dev.caravan.processors.session.Sessions;
import dev.caravan.processors.webrtc.BadOfferException;
import dev.caravan.processors.webrtc.PeerAnswer;
import dev.caravan.processors.webrtc.PeerOffer;
import dev.caravan.processors.webrtc.WebRtcUnavailableException;
import dev.caravan.security.Principal;
import dev.caravan.security.PrincipalLimits;
import dev.caravan.security.Role;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Gives every offer its session: a new one with the peer's id, or an existing one to join (source and controls) or to watch (output only).
 * Whatever the peer takes in the session it gives back when it ends; if its SDP cannot be answered nothing is left. Thread-safe; blocks
 * while the answer's candidates are gathered.
 */
public final class OfferService {

    private final PipelineRegistry registry;
    private final PipelineLoader loader;
    private final Sessions sessions;
    private final PeerGate peers;
    private final Supplier<String> ids;
    private final PeerOwners owners;
    private final PrincipalLimits limits;

    /** Without limits of one caller. */
    public OfferService(
            PipelineRegistry registry, PipelineLoader loader, Sessions sessions, PeerGate peers, Supplier<String> ids) {
        this(registry, loader, sessions, peers, ids, new PeerOwners(), PrincipalLimits.NONE);
    }

    /**
     * @param ids    gives fresh peer ids that are fit for session ids
     * @param owners learns whose peers are whose
     * @param limits of one caller
     */
    public OfferService(
            PipelineRegistry registry,
            PipelineLoader loader,
            Sessions sessions,
            PeerGate peers,
            Supplier<String> ids,
            PeerOwners owners,
            PrincipalLimits limits) {
        this.registry = registry;
        this.loader = loader;
        this.sessions = sessions;
        this.peers = peers;
        this.ids = ids;
        this.owners = owners;
        this.limits = limits;
    }

    /**
     * Answers an offer.
     *
     * @param caller                   a viewer may only watch; who is bound to a session opens none and touches no other
     * @throws ApiError                400 when nothing is loaded, the graph cannot be run or the SDP cannot be answered; 403 when the caller
     *                                 may not; 404 for an unknown session to join or watch; 429 when the caller has all the
     *                                 sessions or peers one may have; 503 when WebRTC does not work here
     * @throws SessionRefusedException when a limit is reached, or the hub is about to stop
     */
    public PeerAnswer accept(OfferBody offer, Principal caller) throws SessionRefusedException {
        sessions.requireOpen();
        if (offer.watch().isPresent() && offer.join().isPresent()) {
            throw ApiError.badRequest("An offer either joins or watches a session: leave out 'join' or 'watch'");
        }
        requireAllowed(offer, caller);
        try (PrincipalLimits.Place _ = limits.peer(caller)) {
            return admitted(offer, caller);
        } catch (PrincipalLimits.Reached e) {
            throw new ApiError(429, e.getMessage());
        }
    }

    private PeerAnswer admitted(OfferBody offer, Principal caller) throws SessionRefusedException, PrincipalLimits.Reached {
        String peerId = ids.get();
        Origin peer = Origin.of("webrtc:" + peerId);
        if (offer.watch().isPresent()) {
            Session session = existing(offer.watch().get());
            return answer(stay(session, peerId, caller), new Wish(peerId, session.id(), offer.sdp(), false, true));
        }
        if (offer.join().isPresent()) {
            Session session = existing(offer.join().get());
            control(session, peer, offer.parameters());
            return answer(stay(session, peerId, caller), new Wish(peerId, session.id(), offer.sdp(), true, false));
        }
        return open(offer, peerId, peer, caller);
    }

    /** Whose peers are whose. */
    public PeerOwners owners() {
        return owners;
    }

    private static void requireAllowed(OfferBody offer, Principal caller) {
        if (offer.watch().isEmpty() && !caller.role().covers(Role.PRODUCER)) {
            throw new ApiError(403, "A viewer may only watch: name a session with 'watch'");
        }
        Optional<String> session = offer.watch().or(offer::join);
        caller.session().filter(only -> session.filter(only::equals).isEmpty()).ifPresent(only -> {
            throw new ApiError(403, "Your token is for session " + only + " only");
        });
    }

    private PeerStay stay(Session session, String peerId, Principal caller) {
        owners.came(peerId, caller.name());
        return new PeerStay(session, Origin.of("webrtc:" + peerId), () -> owners.left(peerId));
    }

    private PeerAnswer open(OfferBody offer, String peerId, Origin peer, Principal caller)
            throws SessionRefusedException, PrincipalLimits.Reached {
        if (loader.status().state() != PipelineLoader.State.LOADED) {
            throw ApiError.badRequest("Pipeline not loaded. Please load pipeline first.");
        }
        Session session;
        try (PrincipalLimits.Place _ = limits.session(caller)) {
            session = sessions.open(request(offer, peerId, peer, caller));
        }
        PeerStay stay = stay(session, peerId, caller);
        stay.open();
        boolean answered = false;
        try {
            PeerAnswer answer = answer(stay, new Wish(peerId, session.id(), offer.sdp(), true, true));
            answered = true;
            return answer;
        } finally {
            if (!answered) {
                sessions.close(session.id(), "its offer could not be answered");
            }
        }
    }

    private SessionRequest request(OfferBody offer, String peerId, Origin peer, Principal caller) {
        Map<String, Object> parameters = new LinkedHashMap<>(offer.parameters());
        List<String> chain = offer.pipelineIds();
        if (offer.graph().isPresent()) {
            LinearGraph graph = graph(offer.graph().get());
            chain = graph.pipelines().stream().map(this::nodeId).toList();
            if (graph.source().isEmpty()) {
                parameters.put("input_mode", "text"); // nothing would ever come
            }
        }
        return new SessionRequest(
                Optional.of(peerId), peer, Control.Door.OFFER, chain, parameters, Ownership.of(caller, offer.attributes()));
    }

    private LinearGraph graph(JsonNode json) {
        return LinearGraph.parse(json, id -> registry.find(id).map(Pipeline::schema));
    }

    /** A node that is not loaded under its own id is looked for by its pipeline. */
    private String nodeId(LinearGraph.Step step) {
        boolean loaded = loader.status().nodes().stream().anyMatch(node -> node.nodeId().equals(step.nodeId()));
        return loaded ? step.nodeId() : step.pipelineId();
    }

    private PeerAnswer answer(PeerStay stay, Wish wish) throws SessionRefusedException {
        boolean answered = false;
        try {
            if (wish.viewer()) {
                stay.watch();
            }
            PeerAnswer answer = peers.accept(new PeerOffer(
                    wish.peerId(), wish.sessionId(), wish.sdp(), wish.source(), wish.viewer(), wish.source(), stay));
            answered = true;
            return answer;
        } catch (BadOfferException e) {
            throw ApiError.badRequest(e.getMessage());
        } catch (WebRtcUnavailableException e) {
            throw new ApiError(503, e.getMessage());
        } finally {
            if (!answered) {
                stay.leave();
            }
        }
    }

    private static void control(Session session, Origin peer, Map<String, Object> parameters) {
        if (parameters.isEmpty()) {
            return;
        }
        Session.Receipt receipt = session.control(new Control(session.id(), Control.Door.OFFER, peer, parameters), true);
        if (!receipt.errors().isEmpty()) {
            throw ValidationError.of(receipt.errors(), "body", "initialParameters");
        }
    }

    private Session existing(String id) {
        return sessions.find(id).orElseThrow(() -> ApiError.notFound("Session " + id + " not found"));
    }

    /** What the peer is to be; who may send video may also send controls. */
    private record Wish(String peerId, String sessionId, String sdp, boolean source, boolean viewer) {}
}

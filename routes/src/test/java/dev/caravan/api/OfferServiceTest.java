package dev.caravan.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.api.offer.OfferBody;
import dev.caravan.api.offer.OfferService;
import dev.caravan.api.offer.PeerOwners;
import dev.caravan.config.Settings;
import dev.caravan.inference.frame.Origin;
import dev.caravan.processors.session.Control;
import dev.caravan.processors.session.Session;
import dev.caravan.processors.session.SessionLimits;
import dev.caravan.processors.session.SessionRefusedException;
import dev.caravan.processors.session.SessionRequest;
import dev.caravan.processors.session.SessionSnapshot;
import dev.caravan.processors.webrtc.BadOfferException;
import dev.caravan.processors.webrtc.PeerAnswer;
import dev.caravan.processors.webrtc.PeerOffer;
import dev.caravan.processors.webrtc.WebRtcUnavailableException;
import java.time.Duration;
import dev.caravan.security.Principal;
import dev.caravan.security.PrincipalLimits;
import dev.caravan.security.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OfferServiceTest {

    private static final String SEED = "{'sdp':'v=0','type':'offer','initialParameters':{'input_mode':'video',"
            + "'prompts':[{'text':'a boat','weight':1.0}],'denoising_step_list':[700,500],'noise_scale':0.7,'unknown':1},'user_id':'u'}";

    /** Nobody there means gone at once, so that a test sees whether everything was given back. */
    private final Bench bench = new Bench(
            new SessionLimits(2, 1, 64L << 20, Duration.ZERO, Duration.ofHours(1), Duration.ofSeconds(1), Duration.ofSeconds(1)),
            EchoPipeline.of("passthrough"),
            EchoPipeline.preprocessor("gray"));
    private final List<PeerOffer> accepted = new ArrayList<>();
    private Optional<Exception> failure = Optional.empty();
    private int peers;
    private OfferService offers;

    @BeforeEach
    void service() throws Exception {
        bench.loaded("gray", "passthrough");
        offers = new OfferService(bench.registry, bench.loader, bench.sessions, this::accept, () -> "peer-" + ++peers);
    }

    @AfterEach
    void close() {
        bench.close();
    }

    @Test
    void anOfferOpensASessionWithThePeersIdThatRunsWhatIsLoaded() throws Exception {
        PeerAnswer answer = offer(SEED);

        assertEquals("peer-1", answer.peerId());
        SessionSnapshot session = snapshot("peer-1");
        assertEquals(List.of("gray", "passthrough"), session.pipelines());
        assertEquals(List.of("webrtc:peer-1"), session.viewers());
        assertEquals(Map.of("user_id", "u", "principal", "local"), session("peer-1").attributes());
        assertEquals(0.7, session("peer-1").parameters().get("noise_scale"));
        assertTrue(accepted.getFirst().source() && accepted.getFirst().viewer() && accepted.getFirst().controls());
    }

    @Test
    void theChainCanBeNamed() throws Exception {
        offer("{'sdp':'v=0','type':'offer','initialParameters':{'pipeline_ids':['passthrough']}}");

        assertEquals(List.of("passthrough"), snapshot("peer-1").pipelines());
        assertFalse(session("peer-1").parameters().containsKey("pipeline_ids"));
    }

    @Test
    void theGraphOfTheClientWinsOverItsPipelineIds() throws Exception {
        offer(graph("'source_mode':'video'", "gray"));

        assertEquals(List.of("gray"), snapshot("peer-1").pipelines());
    }

    @Test
    void aGraphWithoutASourceGeneratesFreely() throws Exception {
        offer("{'sdp':'v=0','type':'offer','initialParameters':{'input_mode':'video','graph':{'nodes':[{'id':'n','type':'pipeline',"
                + "'pipeline_id':'passthrough'},{'id':'out','type':'sink'}],'edges':[{'from':'n','to_node':'out'}]}}}");

        assertEquals("text", session("peer-1").parameters().get("input_mode"));
        assertEquals(List.of("passthrough"), snapshot("peer-1").pipelines());
    }

    @Test
    void aGraphThatTheHubDoesNotRunOpensNothing() {
        ApiError refused = assertThrows(ApiError.class, () -> offer(graph("'source_mode':'ndi'", "gray")));

        assertEquals(400, refused.status());
        assertTrue(refused.getMessage().contains("node 'input'"), refused.getMessage());
        assertEquals(List.of(), bench.sessions.all());
    }

    @Test
    void beforeAnyLoadAnOfferIsRefusedWhateverItsGraph() throws Exception {
        try (Bench empty = new Bench(EchoPipeline.of("passthrough"))) {
            OfferService none = new OfferService(empty.registry, empty.loader, empty.sessions, this::accept, () -> "p");

            ApiError refused = assertThrows(ApiError.class, () -> none.accept(body(graph("'source_mode':'ndi'", "x")), Principal.LOCAL));

            assertEquals(400, refused.status());
            assertEquals("Pipeline not loaded. Please load pipeline first.", refused.getMessage());
        }
    }

    @Test
    void aCallerWhoHasAllTheSessionsAndPeersOneMayHaveIsRefusedAndOthersAreNot() throws Exception {
        PeerOwners owners = new PeerOwners();
        PrincipalLimits limits = new PrincipalLimits(
                new Settings.PerPrincipal(0, 1, 2), name -> Ownership.live(bench.sessions, name), owners::count);
        offers = new OfferService(
                bench.registry, bench.loader, bench.sessions, this::accept, () -> "peer-" + ++peers, owners, limits);
        Principal anna = Principal.of("oidc:anna", Role.PRODUCER);
        offers.accept(body(SEED), anna);

        ApiError second = assertThrows(ApiError.class, () -> offers.accept(body(SEED), anna));
        assertEquals(429, second.status());
        assertEquals("You have 1 sessions open already, which is all that --max-sessions-each allows: end one first", second.getMessage());

        String join = "{'sdp':'v=0','type':'offer','initialParameters':{'join':'peer-1'}}";
        offers.accept(body(join), anna);
        ApiError third = assertThrows(ApiError.class, () -> offers.accept(body(join), anna));
        assertEquals(429, third.status());
        assertEquals("You have 2 peers connected already, which is all that --max-viewers-each allows: end one first", third.getMessage());

        offers.accept(body(SEED), Principal.of("oidc:ben", Role.PRODUCER));
        accepted.get(1).listener().ended("peer-2", "closed");
        offers.accept(body(join), anna);
    }

    @Test
    void anSdpThatCannotBeAnsweredLeavesNothingBehind() throws Exception {
        failure = Optional.of(new BadOfferException("the SDP has no media"));

        ApiError refused = assertThrows(ApiError.class, () -> offer(SEED));

        assertEquals(400, refused.status());
        assertEquals("the SDP has no media", refused.getMessage());
        Bench.await(() -> bench.sessions.all().isEmpty());
    }

    @Test
    void aMachineWithoutWebRtcSaysWhatToDo() throws Exception {
        failure = Optional.of(new WebRtcUnavailableException("install libpulse0", null));

        ApiError refused = assertThrows(ApiError.class, () -> offer(SEED));

        assertEquals(503, refused.status());
        assertEquals("install libpulse0", refused.getMessage());
    }

    @Test
    void aWatcherGetsTheOutputOnly() throws Exception {
        Session session = opened("show");

        PeerAnswer answer = offer("{'sdp':'v=0','type':'offer','initialParameters':{'watch':'show'}}");

        assertEquals("peer-1", answer.peerId());
        PeerOffer peer = accepted.getFirst();
        assertEquals("show", peer.sessionId());
        assertTrue(peer.viewer() && !peer.source() && !peer.controls());
        assertEquals(List.of("webrtc:peer-1"), session.snapshot().viewers());
        peer.listener().ended("peer-1", "closed");
        assertEquals(List.of(), session.snapshot().viewers());
    }

    @Test
    void whoJoinsFeedsAndControls() throws Exception {
        Session session = opened("show");

        offer("{'sdp':'v=0','type':'offer','initialParameters':{'join':'show','noise_scale':0.3}}");

        PeerOffer peer = accepted.getFirst();
        assertTrue(!peer.viewer() && peer.source() && peer.controls());
        assertEquals(0.3, session.parameters().get("noise_scale"));
        assertEquals(List.of(), session.snapshot().sources());
        peer.listener().firstFrame("peer-1");
        assertEquals(List.of("webrtc:peer-1"), session.snapshot().sources());
        peer.listener().ended("peer-1", "closed");
        assertEquals(List.of(), session.snapshot().sources());
    }

    @ParameterizedTest
    @CsvSource({"join", "watch"})
    void anUnknownSessionIsNotFound(String how) {
        ApiError refused = assertThrows(
                ApiError.class, () -> offer("{'sdp':'v=0','type':'offer','initialParameters':{'" + how + "':'ghost'}}"));

        assertEquals(404, refused.status());
        assertEquals("Session ghost not found", refused.getMessage());
    }

    @Test
    void joiningAndWatchingAtOnceIsRefused() {
        assertEquals(400, assertThrows(
                ApiError.class, () -> offer("{'sdp':'v=0','type':'offer','initialParameters':{'join':'a','watch':'a'}}")).status());
    }

    @Test
    void aSessionFullOfViewersRefusesTheNextAndNamesTheLimit() throws Exception {
        opened("show");
        String watch = "{'sdp':'v=0','type':'offer','initialParameters':{'watch':'show'}}";
        offer(watch);

        SessionRefusedException full = assertThrows(SessionRefusedException.class, () -> offer(watch));

        assertEquals(SessionRefusedException.Cause.LIMIT, full.kind());
        assertTrue(full.getMessage().contains("viewers"), full.getMessage());
        assertEquals(1, accepted.size());
    }

    @Test
    void aHubFullOfSessionsRefusesTheNext() throws Exception {
        offer(SEED);
        offer(SEED);

        SessionRefusedException full = assertThrows(SessionRefusedException.class, () -> offer(SEED));

        assertEquals(SessionRefusedException.Cause.LIMIT, full.kind());
    }

    @Test
    void aSessionEndsWithItsOpenerWhenNobodyElseIsThere() throws Exception {
        offer(SEED);

        accepted.getFirst().listener().ended("peer-1", "closed");

        Bench.await(() -> bench.sessions.all().isEmpty());
    }

    @Test
    void aPeerThatEndsBeforeItsFirstFrameWasHeardLeavesNoSource() throws Exception {
        Session session = opened("show");
        offer("{'sdp':'v=0','type':'offer','initialParameters':{'join':'show'}}");
        PeerOffer peer = accepted.getFirst();

        peer.listener().ended("peer-1", "closed");
        peer.listener().firstFrame("peer-1");

        assertEquals(List.of(), session.snapshot().sources());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {'type':'offer'}                                                              | [body, sdp]
            {'sdp':'v=0'}                                                                 | [body, type]
            {'sdp':'v=0','type':'answer'}                                                 | [body, type]
            {'sdp':5,'type':'offer'}                                                      | [body, sdp]
            {'sdp':'v=0','type':'offer','initialParameters':[]}                           | [body, initialParameters]
            {'sdp':'v=0','type':'offer','initialParameters':{'noise_scale':1.5}}          | [body, initialParameters, noise_scale]
            {'sdp':'v=0','type':'offer','initialParameters':{'input_mode':'camera'}}      | [body, initialParameters, input_mode]
            {'sdp':'v=0','type':'offer','initialParameters':{'prompts':['a string']}}     | [body, initialParameters, prompts, 0]
            """)
    void whatIsWrongWithTheBodyIsNamedWithItsPlace(String body, String loc) {
        ValidationError wrong = assertThrows(ValidationError.class, () -> offer(body));

        assertEquals(loc, wrong.faults().getFirst().loc().toString());
        assertEquals(List.of(), bench.sessions.all());
    }

    @Test
    void whatEventsRepeatIsBounded() {
        String body = "{'sdp':'v=0','type':'offer','user_id':'" + "u".repeat(257) + "','connection_info':{'x':'" + "y".repeat(9000) + "'}}";

        assertEquals(2, assertThrows(ValidationError.class, () -> offer(body)).faults().size());
    }

    private PeerAnswer offer(String json) throws SessionRefusedException {
        return offers.accept(body(json), Principal.LOCAL);
    }

    private static OfferBody body(String json) {
        return OfferBody.parse(Requests.json(json).requireObject());
    }

    private static String graph(String source, String pipeline) {
        return ("{'sdp':'v=0','type':'offer','initialParameters':{'pipeline_ids':['passthrough'],'graph':{"
                + "'nodes':[{'id':'input','type':'source',%s},{'id':'%s','type':'pipeline','pipeline_id':'%s'},{'id':'output','type':'sink'}],"
                + "'edges':[{'from':'input','from_port':'video','to_node':'%s','to_port':'video'},"
                + "{'from':'%s','from_port':'video','to_node':'output','to_port':'video','kind':'stream'}]}}}")
                .formatted(source, pipeline, pipeline, pipeline, pipeline);
    }

    private PeerAnswer accept(PeerOffer offer) throws BadOfferException {
        if (failure.isPresent()) {
            switch (failure.get()) {
                case BadOfferException e -> throw e;
                case RuntimeException e -> throw e;
                default -> throw new AssertionError(failure.get());
            }
        }
        accepted.add(offer);
        return new PeerAnswer(offer.peerId(), "v=0 answer");
    }

    private Session opened(String id) throws SessionRefusedException {
        return bench.sessions.open(new SessionRequest(
                Optional.of(id), Origin.of("rest"), Control.Door.REST, List.of(), Map.of(), Map.of()));
    }

    private Session session(String id) {
        return bench.sessions.find(id).orElseThrow();
    }

    private SessionSnapshot snapshot(String id) {
        return session(id).snapshot();
    }
}

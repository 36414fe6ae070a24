package dev.caravan.processors.webrtc.libwebrtc;

import static dev.caravan.processors.webrtc.libwebrtc.LivePeers.grey;
import static dev.caravan.processors.webrtc.libwebrtc.LivePeers.isGrey;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.frame.Frame;
import dev.caravan.inference.frame.Origin;
import dev.caravan.inference.frame.Picture;
import dev.caravan.processors.webrtc.BadCandidateException;
import dev.caravan.processors.webrtc.Candidate;
import dev.caravan.processors.webrtc.ConnectionStats;
import dev.caravan.processors.webrtc.PeerSnapshot;
import dev.caravan.processors.webrtc.WebRtcSettings;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Real connections between two peers of this JVM. */
class PeersLiveTest {

    @Test
    void picturesOfAPeerComeBackThroughAnEchoWithTheirPixels() throws Exception {
        try (LivePeers live = new LivePeers(); TestPeer client = new TestPeer(TestPeer.Offers.SEND_AND_RECEIVE)) {
            client.connect(live.hub("a"));
            Picture.I420 back = client.pushUntil(grey(320, 240, 180), picture -> isGrey(picture, 180));
            assertEquals(320, back.width());
            assertEquals(240, back.height());
            assertEquals("connected a", live.told());
            assertEquals("first frame a", live.told());
            PeerSnapshot snapshot = live.peers.find("a").orElseThrow();
            assertTrue(snapshot.framesIn() > 0 && snapshot.framesOut() > 0, snapshot.toString());
            assertEquals(Optional.of("VP8"), snapshot.codecIn());
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyKindOfOfferConnectsWithADataChannel(TestPeer.Offers offers) throws Exception {
        try (LivePeers live = new LivePeers(); TestPeer client = new TestPeer(offers)) {
            client.connect(live.hub("a"));
            client.awaitChannelOpen();
            live.peers.send("a", "{\"type\":\"hello\"}");
            assertEquals("{\"type\":\"hello\"}", client.message());
            client.send("{\"noise_scale\":0.5}");
            assertEquals(Map.of("noise_scale", 0.5), live.controls.poll(10, TimeUnit.SECONDS).update());
        }
    }

    @Test
    void aPeerThatOnlyReceivesIsSentPicturesOfAnySizeAndLayout() throws Exception {
        try (LivePeers live = new LivePeers(); TestPeer client = new TestPeer(TestPeer.Offers.RECEIVE_ONLY)) {
            client.connect(live.hub("a"));
            live.toldThat("connected a");
            byte[] red = new byte[64 * 48 * 3];
            for (int i = 0; i < red.length; i += 3) {
                red[i] = (byte) 255;
            }
            Picture.I420 seen = show(live, client, new Picture.Rgb24(64, 48, red), 64);
            assertTrue(isGrey(seen, 82), "BT.601 luma of red");
            int v = seen.data()[seen.offsetV() + seen.chromaWidth() * (seen.chromaHeight() / 2) + seen.chromaWidth() / 2] & 0xFF;
            assertTrue(Math.abs(v - 240) <= 6, "BT.601 V of red is 240, not " + v);
            assertTrue(isGrey(show(live, client, grey(333, 221, 90), 333), 90), "odd sizes");
        }
    }

    private static Picture.I420 show(LivePeers live, TestPeer client, Picture picture, int width) throws Exception {
        Frame frame = Frame.incoming("s", 0, 0, Origin.of("test"), picture);
        return client.awaitPicture(seen -> seen.width() == width, () -> live.peers.push("s", frame));
    }

    @Test
    void anEncodedPictureIsRefusedWithWhatToDo() throws Exception {
        try (LivePeers live = new LivePeers(); TestPeer client = new TestPeer(TestPeer.Offers.RECEIVE_ONLY)) {
            client.connect(live.hub("a"));
            live.toldThat("connected a");
            Picture jpeg = new Picture.Encoded("image/jpeg", 8, 8, new byte[1]);
            String message = assertThrows(IllegalArgumentException.class,
                    () -> live.peers.push("s", Frame.incoming("s", 0, 0, Origin.of("test"), jpeg))).getMessage();
            assertTrue(message.contains("decode image/jpeg first"), message);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"H264", "VP9"})
    void aPreferredCodecIsUsedInBothDirections(String codec) throws Exception {
        WebRtcSettings settings = WebRtcSettings.DEFAULTS.withCodecPreference(List.of(codec));
        try (LivePeers live = new LivePeers(settings); TestPeer client = new TestPeer(TestPeer.Offers.SEND_AND_RECEIVE)) {
            client.connect(live.hub("a"));
            client.pushUntil(grey(320, 240, 120), picture -> isGrey(picture, 120));
            ConnectionStats stats = client.stats();
            assertEquals(Optional.of(codec), stats.codecIn());
            assertEquals(Optional.of(codec), stats.codecOut());
        }
    }

    @Test
    void aPeerEndsWhenItClosesItsDataChannel() throws Exception {
        try (LivePeers live = new LivePeers(); TestPeer client = new TestPeer(TestPeer.Offers.SEND_AND_RECEIVE)) {
            client.connect(live.hub("a"));
            client.awaitChannelOpen();
            client.closeChannel();
            assertEquals("ended a: data channel closed", live.toldThat("ended a"));
            assertTrue(live.peers.find("a").isEmpty());
        }
    }

    @Test
    void aPeerEndsWhenItsClientGoes() throws Exception {
        try (LivePeers live = new LivePeers()) {
            try (TestPeer client = new TestPeer(TestPeer.Offers.SEND_AND_RECEIVE)) {
                client.connect(live.hub("a"));
                client.awaitChannelOpen();
            }
            assertTrue(live.toldThat("ended a").startsWith("ended a"));
        }
    }

    @Test
    void aClientSeesItsChannelCloseWhenTheHubEndsIt() throws Exception {
        try (LivePeers live = new LivePeers(); TestPeer client = new TestPeer(TestPeer.Offers.SEND_AND_RECEIVE)) {
            client.connect(live.hub("a"));
            client.awaitChannelOpen();
            assertTrue(live.peers.close("a", "by hand"));
            client.awaitChannelClosed();
            assertEquals("ended a: by hand", live.toldThat("ended a"));
        }
    }

    @Test
    void twoViewersSeeThePicturesOfOneSource() throws Exception {
        try (LivePeers live = new LivePeers();
                TestPeer source = new TestPeer(TestPeer.Offers.SEND_ONLY);
                TestPeer one = new TestPeer(TestPeer.Offers.RECEIVE_ONLY);
                TestPeer two = new TestPeer(TestPeer.Offers.SEND_AND_RECEIVE)) {
            source.connect(live.hub("source"));
            one.connect(live.hub("one", false, true, false));
            two.connect(live.hub("two", false, true, false));
            one.awaitPicture(picture -> isGrey(picture, 60), () -> source.push(grey(320, 240, 60)));
            two.awaitPicture(picture -> isGrey(picture, 60), () -> source.push(grey(320, 240, 60)));
        }
    }

    @Test
    void theAnswerHasTheOffersSectionsInOrderAndOnlyTheFirstVideoIsUsed() throws Exception {
        try (LivePeers live = new LivePeers(); TestPeer client = new TestPeer(TestPeer.Offers.SEND_AND_RECEIVE, 2, true)) {
            String answer = live.answer("a", client.offer(), true, true, true);
            assertEquals(
                    List.of("video", "video", "application"),
                    SdpEditor.media(answer).stream().map(SdpEditor.Media::kind).toList());
            assertEquals("sendrecv", SdpEditor.media(answer).get(0).direction());
            assertEquals("inactive", SdpEditor.media(answer).get(1).direction());
            assertTrue(answer.contains("a=msid:caravan "), "clients take the track's first stream");
            assertTrue(answer.contains("typ host"), "candidates come with the answer or never");
            assertTrue(answer.contains("a=end-of-candidates") || answer.contains("a=candidate:"), answer);
        }
    }

    @Test
    void audioIsAnsweredInactiveInItsPlace() throws Exception {
        try (LivePeers live = new LivePeers(); TestPeer client = new TestPeer(TestPeer.Offers.SEND_AND_RECEIVE)) {
            String offer = client.offer();
            String transport = offer.lines()
                    .filter(line -> line.startsWith("a=ice-ufrag:") || line.startsWith("a=ice-pwd:") || line.startsWith("a=fingerprint:"))
                    .distinct()
                    .reduce("", (all, line) -> all + line + "\r\n");
            String audio = "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\n" + transport
                    + "a=setup:actpass\r\na=mid:audio\r\na=recvonly\r\na=rtcp-mux\r\na=rtpmap:111 opus/48000/2\r\n";
            String answer = live.answer("a", offer.replaceFirst("a=group:BUNDLE", "a=group:BUNDLE audio")
                    .replaceFirst("m=", audio.replace("$", "\\$") + "m="), true, true, true);
            SdpEditor.Media first = SdpEditor.media(answer).getFirst();
            assertEquals("audio", first.kind());
            assertTrue(first.rejected() || first.direction().equals("inactive"), answer);
            assertEquals("sendrecv", SdpEditor.media(answer).stream().filter(SdpEditor.Media::isVideo).findFirst().orElseThrow().direction());
        }
    }

    @Test
    void aPeerThatOnlyWatchesIsNotAskedForItsVideo() throws Exception {
        try (LivePeers live = new LivePeers(); TestPeer client = new TestPeer(TestPeer.Offers.SEND_AND_RECEIVE)) {
            String answer = live.answer("a", client.offer(), false, true, false);
            assertEquals("sendonly", SdpEditor.media(answer).stream().filter(SdpEditor.Media::isVideo).findFirst().orElseThrow().direction());
        }
    }

    @Test
    void publicAddressesAndPortsAreInTheAnswer() throws Exception {
        WebRtcSettings settings = WebRtcSettings.DEFAULTS
                .withPublicAddresses(List.of("203.0.113.77", "no-such-host.invalid"))
                .withUdpPorts(45100, 45119);
        try (LivePeers live = new LivePeers(settings); TestPeer client = new TestPeer(TestPeer.Offers.RECEIVE_ONLY)) {
            String answer = live.answer("a", client.offer(), true, true, true);
            List<String[]> added = answer.lines().filter(line -> line.contains(" 203.0.113.77 ")).map(line -> line.split(" ")).toList();
            assertTrue(!added.isEmpty(), answer);
            int port = Integer.parseInt(added.getFirst()[5]);
            assertTrue(port >= 45100 && port <= 45119, "port " + port);
            client.accept(answer);
            live.peers.addCandidates("a", client.candidates());
            client.awaitConnected();
        }
    }

    @Test
    void candidatesThatCannotBeUsedHarmNothing() throws Exception {
        try (LivePeers live = new LivePeers(); TestPeer client = new TestPeer(TestPeer.Offers.SEND_AND_RECEIVE)) {
            client.accept(live.hub("a").answer(client.offer()));
            live.peers.addCandidates("a", List.of(
                    Candidate.of(""),
                    Candidate.of("1 1 udp 2113937151 0ab1c2d3-1111-2222-3333-444455556666.local 51000 typ host"),
                    new Candidate("candidate:1 1 udp 1 192.0.2.99 5 typ host", Optional.of("no such section"), Optional.of(99))));
            for (String bad : List.of("junk", "1 1 udp 1 not/an/address 1 typ host extra", "1 1 udp 1 1.2.3.4 1 typ host\0")) {
                String message = assertThrows(
                        BadCandidateException.class, () -> live.peers.addCandidates("a", List.of(Candidate.of(bad)))).getMessage();
                assertTrue(message.startsWith("Invalid ICE candidate: "), message);
            }
            live.peers.addCandidates("a", client.candidates());
            client.awaitConnected();
        }
    }
}

package dev.caravan.processors.webrtc.libwebrtc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.processors.webrtc.BadOfferException;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SdpEditorTest {

    private static final String VIDEO = """
            v=0
            o=- 1 2 IN IP4 127.0.0.1
            s=-
            t=0 0
            a=group:BUNDLE 0 1
            m=video 9 UDP/TLS/RTP/SAVPF 96 97 102 103
            a=mid:0
            a=sendrecv
            a=rtpmap:96 VP8/90000
            a=rtpmap:97 rtx/90000
            a=fmtp:97 apt=96
            a=rtpmap:102 H264/90000
            a=rtpmap:103 h264/90000
            m=application 9 UDP/DTLS/SCTP webrtc-datachannel
            a=mid:1
            """;

    private static final String ANSWER = """
            v=0
            m=video 9 UDP/TLS/RTP/SAVPF 96
            a=candidate:11 1 udp 2122260223 10.0.0.5 40000 typ host generation 0
            a=candidate:12 1 udp 2122197247 fd00::5 40001 typ host generation 0
            a=candidate:13 1 tcp 1518280447 10.0.0.5 9 typ host tcptype passive
            a=candidate:14 1 udp 1686052607 198.51.100.7 40000 typ srflx raddr 10.0.0.5 rport 40000
            """;

    @Test
    void thePreferredCodecComesFirstWithAllItsProfilesAndNothingIsLost() {
        String edited = SdpEditor.preferCodecs(VIDEO, List.of("h264"));
        assertTrue(edited.contains("m=video 9 UDP/TLS/RTP/SAVPF 102 103 96 97\r\n"), edited);
        assertEquals(VIDEO.lines().count(), edited.lines().count());
    }

    @Test
    void severalPreferencesKeepTheirOrder() {
        assertTrue(SdpEditor.preferCodecs(VIDEO, List.of("AV1", "H264", "VP8"))
                .contains("m=video 9 UDP/TLS/RTP/SAVPF 102 103 96 97"));
    }

    @Test
    void withoutAPreferenceTheOfferIsUntouched() {
        assertSame(VIDEO, SdpEditor.preferCodecs(VIDEO, List.of()));
    }

    @Test
    void aGroupThatNamesAnUndeclaredStreamIsDroppedAndOthersStay() {
        String edited = SdpEditor.dropDanglingSsrcGroups(VIDEO
                + "a=ssrc-group:FID 1 2\na=ssrc-group:FID 1 3\na=ssrc:1 cname:x\na=ssrc:2 cname:x\n");
        assertTrue(edited.contains("a=ssrc-group:FID 1 2"));
        assertFalse(edited.contains("a=ssrc-group:FID 1 3"));
    }

    @Test
    void aPublicAddressRepeatsTheHostCandidatesOfItsFamily() throws Exception {
        String edited = SdpEditor.addPublicCandidates(ANSWER, List.of(InetAddress.getByName("203.0.113.1")));
        List<String> added = edited.lines().filter(line -> !ANSWER.contains(line)).toList();
        assertEquals(1, added.size(), edited);
        String[] part = added.getFirst().split(" ");
        assertEquals("203.0.113.1", part[4]);
        assertEquals("40000", part[5]);
        assertEquals("host", part[7]);
        assertTrue(Long.parseLong(part[3]) < 2122260223L);
        assertFalse(part[0].equals("a=candidate:11"));
    }

    @Test
    void anIpv6AddressRepeatsTheIpv6Candidate() throws Exception {
        String edited = SdpEditor.addPublicCandidates(ANSWER, List.of(InetAddress.getByName("2001:db8::1")));
        assertTrue(edited.lines().anyMatch(line -> line.contains(" 2001:db8:0:0:0:0:0:1 40001 typ host")), edited);
        assertEquals(ANSWER.lines().count() + 1, edited.lines().count());
    }

    @Test
    void anAddressOfAFamilyTheMachineLacksRepeatsWhatThereIs() throws Exception {
        String onlyV4 = ANSWER.lines().filter(line -> !line.contains("fd00")).reduce("", (a, b) -> a + b + "\n");
        String edited = SdpEditor.addPublicCandidates(onlyV4, List.of(InetAddress.getByName("2001:db8::1")));
        assertTrue(edited.contains(" 2001:db8:0:0:0:0:0:1 40000 typ host"), edited);
    }

    @Test
    void severalAddressesGetFoundationsAndPrioritiesOfTheirOwn() throws Exception {
        String edited = SdpEditor.addPublicCandidates(
                ANSWER, List.of(InetAddress.getByName("203.0.113.1"), InetAddress.getByName("203.0.113.2")));
        List<String[]> added = edited.lines().filter(line -> line.contains("203.0.113.")).map(line -> line.split(" ")).toList();
        assertEquals(2, added.size());
        assertEquals(2, added.stream().map(part -> part[0]).distinct().count());
        assertEquals(2, added.stream().map(part -> part[3]).distinct().count());
    }

    @Test
    void mediaSectionsAreReadInOrder() {
        List<SdpEditor.Media> media = SdpEditor.media(VIDEO);
        assertEquals(List.of(
                new SdpEditor.Media("video", false, Optional.of("0"), "sendrecv", List.of("VP8", "RTX", "H264", "H264")),
                new SdpEditor.Media("application", false, Optional.of("1"), "sendrecv", List.of())), media);
    }

    @Test
    void aRejectedSectionIsNotABundledOne() {
        assertTrue(SdpEditor.media("m=video 0 X 96\na=inactive\n").getFirst().rejected());
        assertFalse(SdpEditor.media("m=video 0 X 96\na=bundle-only\n").getFirst().rejected());
    }

    @Test
    void whatIsNoOfferIsRefusedInOneLine() {
        for (String offer : List.of(
                "", "hello", "{\"sdp\":1}", "v=0\n", "v=0\nm=audio 9 X 111\n", "v=0\nm=video 0 X 96\n",
                "v=0\nm=video 9 X 96\na=rtpmap:96 H265/90000\n", "v=0\nm=video 9 X\n", "v=0\nm=\n",
                "v=0\n" + "m=application 9 X y\n".repeat(65))) {
            String message = assertThrows(BadOfferException.class, () -> SdpEditor.check(offer), offer).getMessage();
            assertEquals(1, message.lines().count());
        }
    }

    @Test
    void anOfferThatNamesOnlyUnknownCodecsIsToldWhichAreUnderstood() {
        String message = assertThrows(BadOfferException.class,
                () -> SdpEditor.check("v=0\nm=video 9 X 96\na=rtpmap:96 H265/90000\n")).getMessage();
        assertEquals("no common video codec: offered H265; VP8, VP9, H264 and AV1 are understood", message);
    }

    @Test
    void theFirstBitrateIsAddedToVideoCodecsOnly() {
        String edited = SdpEditor.startBitrate(VIDEO, 2000);
        assertEquals(3, edited.lines().filter(line -> line.contains("x-google-start-bitrate=2000")).count(), edited);
        assertFalse(edited.contains("a=fmtp:97 x-google"));
    }
}

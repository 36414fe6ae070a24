package dev.caravan.processors.webrtc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CandidateLineTest {

    private static final String GOOD = "1 1 udp 2113937151 192.0.2.9 51000 typ host generation 0 ufrag abcd";

    @ParameterizedTest
    @ValueSource(strings = {GOOD, "candidate:" + GOOD, "a=candidate:" + GOOD, "  candidate:" + GOOD + "\r\n"})
    void thePrefixMayBeThereOrNot(String line) throws Exception {
        assertEquals("candidate:" + GOOD, CandidateLine.normalise(line));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "candidate:", "  ", "a=candidate:"})
    void nothingMeansThatThereAreNoMore(String line) throws Exception {
        assertEquals("", CandidateLine.normalise(line));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "1 1 udp 2113937151 0ab1c2d3-1111-2222-3333-444455556666.local 51000 typ host",
        "1 1 tcp 1518280447 2001:db8::1 9 typ host tcptype active",
        "1 1 UDP 1 192.0.2.9 51000 typ srflx raddr 0.0.0.0 rport 0"
    })
    void whatBrowsersSendIsTaken(String line) throws Exception {
        assertEquals("candidate:" + line, CandidateLine.normalise(line));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "nonsense",
        "1 1 udp 2113937151 192.0.2.9 70000 typ host",
        "1 1 udp 99999999999 192.0.2.9 51000 typ host",
        "1 0 udp 1 192.0.2.9 51000 typ host",
        "1 1 udp 1 www.example.org 51000 typ host",
        "1 1 sctp 1 192.0.2.9 51000 typ host",
        "1 1 udp 1 192.0.2.9 51000 typ wormhole",
        "1 1 udp 1 192.0.2.9 51000 typo host",
        "1 1 udp 1 192.0.2.9\n 51000 typ host"
    })
    void anythingElseIsRefusedInOneLine(String line) {
        String message = assertThrows(BadCandidateException.class, () -> CandidateLine.normalise(line)).getMessage();
        assertTrue(message.startsWith("Invalid ICE candidate: "), message);
        assertEquals(1, message.lines().count());
    }

    @Test
    void aVeryLongLineIsRefused() {
        assertThrows(BadCandidateException.class, () -> CandidateLine.normalise(GOOD + " x".repeat(1000)));
    }
}

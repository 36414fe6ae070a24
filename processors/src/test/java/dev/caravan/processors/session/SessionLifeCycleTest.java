package dev.caravan.processors.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Walks the table of {@link SessionLifeCycle}: every pair of states is either a row of it or refused. */
class SessionLifeCycleTest {

    private static final List<SessionState> STATES = List.of(
            new SessionState.Opening(),
            new SessionState.Streaming(),
            new SessionState.Paused("for tea"),
            new SessionState.Closing("enough", Optional.empty()),
            new SessionState.Closed(Optional.empty()));

    @Test
    void everyStateIsWalked() {
        assertEquals(SessionState.class.getPermittedSubclasses().length, STATES.size());
    }

    @TestFactory
    Stream<DynamicTest> everyPairOfStates() {
        return STATES.stream().flatMap(from -> STATES.stream().map(to -> {
            boolean row = SessionLifeCycle.TABLE.contains(new SessionLifeCycle.Move(from.getClass(), to.getClass()));
            String name = from.wireName() + " to " + to.wireName();
            return dynamicTest(name + (row ? " is taken" : " is refused"), () -> {
                if (row) {
                    aRowIsTakenAndTold(from, to);
                } else {
                    anythingElseIsRefusedByBothNames(from, to);
                }
            });
        }));
    }

    private static void aRowIsTakenAndTold(SessionState from, SessionState to) {
        List<String> told = new ArrayList<>();
        SessionLifeCycle life = new SessionLifeCycle(from,
                (step, reason) -> told.add(step.from().wireName() + " " + step.to().wireName() + " " + reason));
        life.move(to, "because");
        assertEquals(to, life.state());
        assertEquals(List.of(from.wireName() + " " + to.wireName() + " because"), told);
    }

    private static void anythingElseIsRefusedByBothNames(SessionState from, SessionState to) {
        List<String> told = new ArrayList<>();
        SessionLifeCycle life = new SessionLifeCycle(from, (step, reason) -> told.add(reason));
        IllegalStateException refused = assertThrows(IllegalStateException.class, () -> life.move(to, "because"));
        assertTrue(refused.getMessage().contains("from " + from.wireName() + " to " + to.wireName()), refused.getMessage());
        assertEquals(from, life.state());
        assertEquals(List.of(), told);
    }

    @Test
    void theClassCommentIsTheTable() throws IOException {
        String source = Files.readString(
                Path.of("src/main/java/dev/caravan/processors/session/SessionLifeCycle.java"));
        List<String> told = source.lines()
                .filter(line -> line.matches(" \\* \\w+ +-> \\w+: .+"))
                .map(line -> line.substring(3, line.indexOf(':')).replaceAll(" +", " "))
                .toList();
        assertEquals(SessionLifeCycle.TABLE.stream()
                .map(m -> m.from().getSimpleName() + " -> " + m.to().getSimpleName())
                .collect(Collectors.toList()), told);
    }
}

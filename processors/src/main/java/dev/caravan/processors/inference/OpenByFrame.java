package dev.caravan.processors.inference;

import dev.caravan.inference.frame.Origin;
import dev.caravan.processors.session.Control;
import dev.caravan.processors.session.SessionRequest;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** How the first frame of an unknown session opens it. */
final class OpenByFrame {

    private OpenByFrame() {}

    static SessionRequest request(String id, Origin origin, List<String> nodeIds, String mode) {
        Control.Door door = origin.source().startsWith("kafka:") ? Control.Door.KAFKA : Control.Door.ROUTE;
        return new SessionRequest(Optional.of(id), origin, door, nodeIds, Map.of("input_mode", mode), Map.of());
    }
}

package dev.caravan.inference.pipeline.builtin;

import dev.caravan.inference.pipeline.Parameters;
import java.util.List;
import java.util.Map;

/**
 * The parameter {@code ctrl_input} as one chunk sees it.
 *
 * @param buttons held keys and mouse buttons by their W3C codes, such as {@code KeyW}, {@code MouseLeft}; the first {@value #MOST}
 * @param dx      mouse movement since the last chunk, to the right
 * @param dy      mouse movement since the last chunk, downwards
 */
record CtrlInput(List<String> buttons, double dx, double dy) {

    private static final int MOST = 32;

    static CtrlInput of(Parameters parameters) {
        if (!(parameters.get("ctrl_input").orElse(null) instanceof Map<?, ?> input)) {
            return new CtrlInput(List.of(), 0, 0);
        }
        List<String> buttons = input.get("button") instanceof List<?> codes
                ? codes.stream().limit(MOST).map(String::valueOf).toList()
                : List.of();
        return new CtrlInput(buttons, move(input, 0), move(input, 1));
    }

    private static double move(Map<?, ?> input, int axis) {
        if (input.get("mouse") instanceof List<?> mouse
                && mouse.size() > axis
                && mouse.get(axis) instanceof Number moved
                && Double.isFinite(moved.doubleValue())) {
            return moved.doubleValue();
        }
        return 0;
    }
}

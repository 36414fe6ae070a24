package dev.caravan.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.caravan.inference.pipeline.ParameterTable;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A request whose parts have the wrong shape: status 422 with {@code {"detail": [{type, loc, msg, input}]}}. */
public final class ValidationError extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient List<Fault> faults;

    /** @param faults at least one */
    public ValidationError(List<Fault> faults) {
        super(faults.getFirst().msg());
        this.faults = List.copyOf(faults);
    }

    /** One fault of the body: {@code loc} is {@code body} and the path below it. */
    public static ValidationError body(String type, String msg, @Nullable Object input, Object... path) {
        return at("body", type, msg, input, path);
    }

    /** One fault of the query string. */
    public static ValidationError query(String name, String type, String msg, @Nullable Object input) {
        return at("query", type, msg, input, name);
    }

    /**
     * What the parameter table found wrong.
     *
     * @param prefix where the parameters stand, for example {@code "body", "initialParameters"}
     */
    public static ValidationError of(List<ParameterTable.Error> errors, Object... prefix) {
        List<Fault> faults = new ArrayList<>();
        for (ParameterTable.Error error : errors) {
            List<Object> loc = new ArrayList<>(List.of(prefix));
            loc.addAll(error.path());
            faults.add(new Fault(error.type(), loc, error.msg(), error.input()));
        }
        return new ValidationError(faults);
    }

    public List<Fault> faults() {
        return faults;
    }

    /** A refusal is an answer, not a fault of ours: nobody looks at its stack. */
    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }

    private static ValidationError at(String part, String type, String msg, @Nullable Object input, Object... path) {
        List<Object> loc = new ArrayList<>();
        loc.add(part);
        loc.addAll(List.of(path));
        return new ValidationError(List.of(new Fault(type, loc, msg, input)));
    }

    /**
     * @param type  machine-readable kind in the contract's words: {@code missing}, {@code json_invalid}, {@code string_type}, ...
     * @param loc   where: {@code body}, {@code query} or {@code path}, then keys and indexes
     * @param msg   for a person
     * @param input what was given; null when it is long or cannot be written, because whoever sent it knows it
     */
    public record Fault(String type, List<Object> loc, String msg, @Nullable Object input) {

        private static final int LONGEST_INPUT = 2048;

        public Fault {
            input = repeatable(input) ? input : null;
        }

        private static boolean repeatable(@Nullable Object input) {
            try {
                return Json.MAPPER.writeValueAsBytes(input).length <= LONGEST_INPUT;
            } catch (JsonProcessingException e) {
                // Nested too deep, for example: it could be read, and the writer has limits of its own.
                return false;
            }
        }
    }
}

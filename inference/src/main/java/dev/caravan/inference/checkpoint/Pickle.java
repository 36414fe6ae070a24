package dev.caravan.inference.checkpoint;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Follows the instructions of one pickle without doing what they say: the result is plain data, and what only running foreign code could
 * make is an {@link Pickled.Opaque} value. Every instruction adds at most one value, so the bounds on steps and on the stack bound memory.
 */
final class Pickle {

    /** What is special about pickles of PyTorch. */
    interface Host {

        /** What calling a function or class by name would give. */
        Pickled call(Pickled.Global callable, List<Pickled> arguments);

        /** What an identifier of something outside the pickle stands for. */
        Pickled persistent(Pickled id);
    }

    private static final int MAX_STEPS = 1_000_000;
    private static final int MAX_STACK = 100_000;
    private static final int MAX_PROTOCOL = 5;

    private final PickleInput in;
    private final Host host;
    private final List<Pickled> stack = new ArrayList<>();
    private final List<Integer> marks = new ArrayList<>();
    private final Map<Long, Pickled> memo = new HashMap<>();

    private Pickle(PickleInput in, Host host) {
        this.in = in;
        this.host = host;
    }

    /**
     * Reads one pickle; the input then stands behind it.
     *
     * @throws CheckpointException for instructions that are not known, make no sense, or are too many
     */
    static Pickled read(PickleInput in, Host host) throws CheckpointException {
        return new Pickle(in, host).run();
    }

    private Pickled run() throws CheckpointException {
        for (int step = 0; step < MAX_STEPS; step++) {
            int code = in.u8();
            Opcode opcode = Opcode.of(code);
            if (opcode == null) {
                throw in.refused("holds the byte 0x" + Integer.toHexString(code) + ", which is no instruction");
            }
            if (opcode == Opcode.STOP) {
                return pop();
            }
            follow(opcode);
            if (stack.size() > MAX_STACK) {
                throw in.refused("needs a stack of more than " + MAX_STACK + " values");
            }
        }
        throw in.refused("has more than " + MAX_STEPS + " instructions");
    }

    private void follow(Opcode opcode) throws CheckpointException {
        switch (opcode) {
            case PROTO -> protocol(in.u8());
            case FRAME -> in.skip(8);
            case MARK -> marks.add(stack.size());
            case POP -> pop();
            case POP_MARK -> toMark();
            case NONE -> push(Pickled.Plain.NONE);
            case NEWTRUE -> push(Pickled.Plain.TRUE);
            case NEWFALSE -> push(Pickled.Plain.FALSE);
            case BINFLOAT -> skip(8);
            case BINBYTES -> skip(in.u32());
            case SHORT_BINBYTES -> skip(in.u8());
            case BINBYTES8 -> skip(in.i64());
            case BININT -> push(new Pickled.Whole(in.i32()));
            case BININT1 -> push(new Pickled.Whole(in.u8()));
            case BININT2 -> push(new Pickled.Whole(in.u16()));
            case LONG1 -> push(in.whole(in.u8()));
            case LONG4 -> push(in.whole(in.u32()));
            case BINUNICODE -> push(in.text(in.u32()));
            case SHORT_BINUNICODE -> push(in.text(in.u8()));
            case BINUNICODE8 -> push(in.text(in.i64()));
            case EMPTY_DICT -> push(new Pickled.Dict());
            case EMPTY_LIST -> push(new Pickled.Items(new ArrayList<>()));
            case EMPTY_TUPLE -> push(new Pickled.Tuple(List.of()));
            case EMPTY_SET -> push(new Pickled.Opaque("a set"));
            case TUPLE -> push(new Pickled.Tuple(toMark()));
            case TUPLE1 -> push(new Pickled.Tuple(pop(1)));
            case TUPLE2 -> push(new Pickled.Tuple(pop(2)));
            case TUPLE3 -> push(new Pickled.Tuple(pop(3)));
            case FROZENSET -> {
                toMark();
                push(new Pickled.Opaque("a set"));
            }
            case SETITEM -> setItems(pop(2));
            case SETITEMS -> setItems(toMark());
            case APPEND -> append(pop(1));
            case APPENDS -> append(toMark());
            case ADDITEMS -> {
                toMark();
                peek();
            }
            case BINPUT -> memo.put((long) in.u8(), peek());
            case LONG_BINPUT -> memo.put(in.u32(), peek());
            case MEMOIZE -> memo.put((long) memo.size(), peek());
            case BINGET -> recall(in.u8());
            case LONG_BINGET -> recall(in.u32());
            case GLOBAL -> push(new Pickled.Global(in.line(), in.line()));
            case STACK_GLOBAL -> global(pop(2));
            case BINPERSID -> push(host.persistent(pop()));
            case REDUCE, NEWOBJ -> call(pop(2));
            case NEWOBJ_EX -> call(pop(3));
            // The state of what is not known is not known either; that of a dictionary is not among its entries.
            case BUILD -> {
                pop();
                peek();
            }
            default -> throw in.refused("uses the instruction " + opcode + ", which no checkpoint needs");
        }
    }

    private void protocol(int version) throws CheckpointException {
        if (version < 2 || version > MAX_PROTOCOL) {
            throw in.refused("has protocol " + version + "; 2 to " + MAX_PROTOCOL + " are read");
        }
    }

    private void call(List<Pickled> callableAndArguments) throws CheckpointException {
        List<Pickled> arguments = callableAndArguments.get(1) instanceof Pickled.Tuple tuple ? tuple.items() : List.of();
        push(switch (callableAndArguments.getFirst()) {
            case Pickled.Global global -> host.call(global, arguments);
            case Pickled.Opaque opaque -> opaque;
            default -> throw in.refused("calls what is no function");
        });
    }

    private void global(List<Pickled> names) throws CheckpointException {
        if (names.get(0) instanceof Pickled.Text module && names.get(1) instanceof Pickled.Text name
                && module.value().length() + name.value().length() < 1024) {
            push(new Pickled.Global(module.value(), name.value()));
        } else {
            throw in.refused("names a class by what is no name");
        }
    }

    private void setItems(List<Pickled> items) throws CheckpointException {
        if (items.size() % 2 != 0) {
            throw in.refused("has a key without a value");
        }
        switch (peek()) {
            case Pickled.Dict dict -> {
                for (int i = 0; i < items.size(); i += 2) {
                    switch (items.get(i)) {
                        case Pickled.Text text -> dict.entries().put(text.value(), items.get(i + 1));
                        case Pickled.Whole whole -> dict.entries().put(Long.toString(whole.value()), items.get(i + 1));
                        default -> {
                            // Nobody asks for a tensor by such a key.
                        }
                    }
                }
            }
            case Pickled.Opaque ignored -> {}
            default -> throw in.refused("sets entries of what is no dictionary");
        }
    }

    private void append(List<Pickled> items) throws CheckpointException {
        switch (peek()) {
            case Pickled.Items list -> list.items().addAll(items);
            case Pickled.Opaque ignored -> {}
            default -> throw in.refused("appends to what is no list");
        }
    }

    private void recall(long index) throws CheckpointException {
        Pickled value = memo.get(index);
        if (value == null) {
            throw in.refused("recalls the value " + index + ", which was never kept");
        }
        push(value);
    }

    private void skip(long bytes) throws CheckpointException {
        in.skip(bytes);
        push(Pickled.Plain.OTHER);
    }

    private void push(Pickled value) {
        stack.add(value);
    }

    private Pickled peek() throws CheckpointException {
        if (stack.size() <= floor()) {
            throw in.refused("takes a value where there is none");
        }
        return stack.getLast();
    }

    private Pickled pop() throws CheckpointException {
        peek();
        return stack.removeLast();
    }

    /** The last values in the order they were pushed. */
    private List<Pickled> pop(int count) throws CheckpointException {
        if (stack.size() - count < floor()) {
            throw in.refused("takes a value where there is none");
        }
        return cut(stack.size() - count);
    }

    /** All values since the last mark, which is removed with them. */
    private List<Pickled> toMark() throws CheckpointException {
        if (marks.isEmpty()) {
            throw in.refused("ends a list that never began");
        }
        return cut(marks.removeLast());
    }

    /** Values below the last mark are out of reach. */
    private int floor() {
        return marks.isEmpty() ? 0 : marks.getLast();
    }

    private List<Pickled> cut(int from) {
        List<Pickled> tail = stack.subList(from, stack.size());
        List<Pickled> values = List.copyOf(tail);
        tail.clear();
        return values;
    }
}

package dev.caravan.inference.checkpoint;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The few functions and classes that PyTorch's pickles need to describe tensors (spec checkpoints.md §4). They are recognised by name and
 * what they would make is noted down; every other name gives an opaque value.
 */
final class TorchPickle implements Pickle.Host {

    private static final int MAX_RANK = 16;

    @Override
    public Pickled call(Pickled.Global callable, List<Pickled> arguments) {
        return switch (callable.toString()) {
            case "collections.OrderedDict" ->
                arguments.isEmpty() ? new Pickled.Dict() : new Pickled.Opaque("an OrderedDict made of a list");
            case "torch.Size" -> arguments.size() == 1 ? arguments.getFirst() : new Pickled.Opaque("a torch.Size");
            case "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2" -> tensor(arguments, null);
            case "torch._utils._rebuild_tensor_v3" -> tensor(arguments, at(arguments, 6));
            case "torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state" ->
                arguments.isEmpty() ? new Pickled.Opaque("a parameter of nothing") : arguments.getFirst();
            case "torch._tensor._rebuild_from_type_v2" -> withAttributes(callable, arguments);
            default -> new Pickled.Opaque(abbreviated(callable));
        };
    }

    /** A tensor that carries Python attributes: the function and arguments that make it are given, its attributes are ignored. */
    private Pickled withAttributes(Pickled.Global callable, List<Pickled> arguments) {
        boolean plain = at(arguments, 1) instanceof Pickled.Global type
                && (type.toString().equals("torch.Tensor") || type.toString().equals("torch.nn.parameter.Parameter"));
        // Not twice in each other: a pickle cannot make this call itself deeper and deeper.
        return plain && at(arguments, 0) instanceof Pickled.Global function && !function.equals(callable)
                        && at(arguments, 2) instanceof Pickled.Tuple tuple
                ? call(function, tuple.items())
                : new Pickled.Opaque(abbreviated(callable));
    }

    private static Pickled tensor(List<Pickled> arguments, @Nullable Pickled dtype) {
        if (at(arguments, 0) instanceof Pickled.Storage storage
                && at(arguments, 1) instanceof Pickled.Whole offset
                && wholes(at(arguments, 2)) instanceof long[] sizes
                && wholes(at(arguments, 3)) instanceof long[] strides) {
            if (dtype == null) {
                return new Pickled.Array(storage, storage.type(), offset.value(), sizes, strides);
            }
            if (dtype instanceof Pickled.Global type && type.module().equals("torch")) {
                return new Pickled.Array(storage, ElementType.ofTensor(type.name()), offset.value(), sizes, strides);
            }
        }
        return new Pickled.Opaque("a tensor described by " + arguments.stream().flatMap(argument -> opaque(argument).stream())
                .findFirst().orElse("what makes no sense"));
    }

    private static Optional<String> opaque(Pickled value) {
        return switch (value) {
            case Pickled.Opaque opaque -> Optional.of(opaque.what());
            case Pickled.Global global -> Optional.of(abbreviated(global));
            default -> Optional.empty();
        };
    }

    /** {@code ("storage", class, key, device, elements)}, in files older than 1.6 with {@code (key, first element, elements)} of a part. */
    @Override
    public Pickled persistent(Pickled id) {
        List<Pickled> parts = id instanceof Pickled.Tuple tuple ? tuple.items() : List.of();
        if (!(at(parts, 0) instanceof Pickled.Text kind && kind.value().equals("storage")
                && at(parts, 1) instanceof Pickled.Global type
                && (type.module().equals("torch") || type.module().equals("torch.storage") || type.module().equals("torch.cuda"))
                && at(parts, 2) instanceof Pickled.Text key
                && at(parts, 4) instanceof Pickled.Whole elements)) {
            return new Pickled.Opaque("something outside the file");
        }
        long shift = at(parts, 5) instanceof Pickled.Tuple part && at(part.items(), 1) instanceof Pickled.Whole first ? first.value() : 0;
        return new Pickled.Storage(key.value(), ElementType.ofStorage(type.name()), elements.value(), shift);
    }

    private static @Nullable Pickled at(List<Pickled> values, int index) {
        return index < values.size() ? values.get(index) : null;
    }

    private static long @Nullable [] wholes(@Nullable Pickled value) {
        List<Pickled> items = switch (value) {
            case Pickled.Tuple tuple -> tuple.items();
            case Pickled.Items list -> list.items();
            case null, default -> null;
        };
        if (items == null || items.size() > MAX_RANK) {
            return null;
        }
        long[] numbers = new long[items.size()];
        for (int i = 0; i < numbers.length; i++) {
            if (!(items.get(i) instanceof Pickled.Whole whole)) {
                return null;
            }
            numbers[i] = whole.value();
        }
        return numbers;
    }

    private static String abbreviated(Pickled.Global global) {
        String name = global.toString();
        return name.length() <= 200 ? name : name.substring(0, 200) + "...";
    }
}

package dev.caravan.inference.ort;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.golden.Ort;
import dev.caravan.inference.onnx.OnnxModel;
import dev.caravan.inference.ort.OrtApi.Release;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeviceTest {

    private final OrtRuntime runtime = OrtRuntime.load(Ort.NATIVES, Provider.CPU);

    @AfterEach
    void closeRuntime() {
        runtime.close();
    }

    @Test
    void twoWhoAskForOneStepAtATimeTakeTurns() throws Exception {
        int steps = 20;
        List<String> order = new ArrayList<>();
        AtomicInteger running = new AtomicInteger(2);
        // All steps take as long as each other.
        AtomicLong clock = new AtomicLong();
        try (Device device = Device.open(
                runtime, Provider.CPU, 1, () -> new HostMemory(runtime.api()), () -> clock.addAndGet(1_000_000))) {
            List<Thread> threads = List.of("a", "b").stream()
                    .map(name -> Thread.ofPlatform().start(() -> {
                        for (int i = 0; i < steps; i++) {
                            device.call(() -> {
                                // Until the other has asked too, or has all it wanted.
                                while (device.waiting() == 0 && running.get() == 2) {
                                    Thread.onSpinWait();
                                }
                                return order.add(name);
                            });
                        }
                        running.decrementAndGet();
                    }))
                    .toList();
            for (Thread thread : threads) {
                thread.join();
            }
        }
        for (int i = 2; i < 2 * steps; i++) {
            assertEquals(order.get(i - 2), order.get(i), order::toString);
        }
    }

    @Test
    void anInterruptWaitsForTheWorkAndIsKept() {
        try (Device device = runtime.cpu(1)) {
            Thread.currentThread().interrupt();
            assertEquals(7, device.call(() -> 7));
            assertTrue(Thread.interrupted());
        }
    }

    @Test
    void whatWorkThrowsReachesWhoAsked() {
        try (Device device = runtime.cpu(1)) {
            IllegalStateException thrown = new IllegalStateException("no");
            assertSame(thrown, assertThrows(IllegalStateException.class, () -> device.call(() -> {
                throw thrown;
            })));
            assertThrows(StackOverflowError.class, () -> device.call(() -> {
                throw new StackOverflowError();
            }));
            assertEquals(1, device.call(() -> 1));
        }
    }

    @Test
    void aClosedDeviceEndsItsThreadAndRefusesWork() throws Exception {
        Device device = runtime.cpu(1);
        Thread thread = device.call(Thread::currentThread);
        assertThrows(IllegalStateException.class, () -> device.call(() -> {
            device.close();
            return null;
        }));
        device.close();
        device.close();
        thread.join();
        assertFalse(thread.isAlive());
        assertEquals("the device is closed", assertThrows(IllegalStateException.class, () -> device.call(() -> 1)).getMessage());
    }

    @Test
    void whatWasAskedForBeforeTheEndIsStillDone() throws Exception {
        Device device = runtime.cpu(1);
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        FutureTask<Boolean> first = inAThread(() -> device.call(() -> {
            begun.countDown();
            goOn.await();
            return true;
        }));
        begun.await();
        FutureTask<float[]> second = inAThread(() -> device.call(() -> {
            try (Tensor made = Tensor.allocate(device, DType.F32, Shape.of(1))) {
                return made.floats();
            }
        }));
        while (device.waiting() == 0) {
            Thread.onSpinWait();
        }
        Thread closing = Thread.ofPlatform().start(() -> {
            // A thread that was interrupted closes like any other.
            Thread.currentThread().interrupt();
            device.close();
        });
        while (closing.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        goOn.countDown();
        assertTrue(first.get());
        assertArrayEquals(new float[1], second.get());
        closing.join();
    }

    @Test
    void aModelIsLoadedWhileARunGoesOn() throws Exception {
        try (Device device = runtime.cpu(1)) {
            CountDownLatch begun = new CountDownLatch(1);
            CountDownLatch loaded = new CountDownLatch(1);
            FutureTask<Boolean> run = inAThread(() -> device.call(() -> {
                begun.countDown();
                loaded.await();
                return true;
            }));
            begun.await();
            OrtSession session = device.load(Graphs.doubling());
            loaded.countDown();
            assertTrue(run.get());
            session.close();
            device.close();
            assertThrows(IllegalStateException.class, () -> device.load(Graphs.doubling()));
        }
    }

    @Test
    void whatIsNoModelIsRefusedAndTheDeviceWorksOn(@TempDir Path folder) {
        try (Device device = runtime.cpu(1)) {
            OnnxModel nonsense = new OnnxModel("nonsense", new byte[] {1, 2, 3}, Optional.empty(), List.of(), List.of());
            OrtException refusal = assertThrows(OrtException.class, () -> device.load(nonsense));
            assertTrue(refusal.getMessage().contains("protobuf"), refusal.getMessage());
            assertFalse(refusal.outOfMemory());
            OrtException absent = assertThrows(OrtException.class,
                    () -> device.load(Graphs.weightIn(folder.resolve("absent.safetensors"))));
            assertTrue(absent.getMessage().contains("absent.safetensors"), absent.getMessage());
            try (OrtSession session = device.load(Graphs.doubling());
                    Tensor x = device.of(DType.F32, Shape.of(1), new float[] {21});
                    Binding binding = session.bind().inPlace("x", "y", x)) {
                binding.run();
                assertArrayEquals(new float[] {42}, x.floats());
            }
        }
    }

    @Test
    void closingASessionClosesItsBindings() {
        try (Device device = runtime.cpu(1)) {
            OrtSession session = device.load(Graphs.doubling());
            Binding binding = session.bind();
            session.close();
            session.close();
            binding.close();
            assertThrows(IllegalStateException.class, binding::run);
            assertThrows(IllegalStateException.class, session::bind);
        }
    }

    @Test
    void everythingMadeIsFreed() {
        try (Device device = runtime.cpu(1)) {
            long[] before = live(device);
            for (int i = 0; i < 30; i++) {
                try (OrtSession session = device.load(Graphs.doubling())) {
                    for (int k = 0; k < 50; k++) {
                        try (Tensor x = device.zeros(DType.F32, Shape.of(16));
                                Tensor view = x.view(Shape.of(8));
                                Binding binding = session.bind().inPlace("x", "y", view)) {
                            binding.run();
                        }
                    }
                    // Ended by the session.
                    session.bind();
                }
            }
            assertArrayEquals(before, live(device));
            assertEquals(0, device.memory().tensors());
        }
    }

    private static <T> FutureTask<T> inAThread(Callable<T> work) {
        FutureTask<T> task = new FutureTask<>(work);
        Thread.ofPlatform().daemon().start(task);
        return task;
    }

    private static long[] live(Device device) {
        return Arrays.stream(Release.values()).mapToLong(device.api()::live).toArray();
    }
}

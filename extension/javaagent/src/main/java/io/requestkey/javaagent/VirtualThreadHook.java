/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.javaagent;

import java.io.IOException;
import java.io.InputStream;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.lang.instrument.UnmodifiableClassException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.ProtectionDomain;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * Has {@code java.lang.VirtualThread} say when a virtual thread has got its carrier and when it is
 * about to leave it: one call each at the end of {@code mount()} and at the start of {@code
 * unmount()}, which JDK 21 to 25 pass through on every way on and off a carrier.
 *
 * <p>Not JVM TI's mount events, which slow down every transition of every virtual thread, and not
 * the Java agent's own instrumentation modules: those bind their advice by {@code invokedynamic},
 * and nothing may be linked or loaded in the middle of a mount.
 */
final class VirtualThreadHook {

  private static final String VIRTUAL_THREAD = "java/lang/VirtualThread";
  private static final String TRANSITIONS =
      "io/requestkey/javaagent/bootstrap/VirtualThreadTransitions";

  private VirtualThreadHook() {}

  /**
   * Installs the hook. What it runs must have run before, so that there is nothing left to link.
   *
   * @param onMounted runs on each virtual thread after it was mounted
   * @param onUnmounting runs on each virtual thread before it is unmounted
   * @throws UnsupportedOperationException if this JVM's virtual threads are not as expected;
   *     nothing was changed then
   */
  static void install(Instrumentation instrumentation, Runnable onMounted, Runnable onUnmounting)
      throws IOException, ReflectiveOperationException, UnmodifiableClassException {
    Class<?> virtualThread = Class.forName("java.lang.VirtualThread", false, null);
    instrumentation.appendToBootstrapClassLoaderSearch(bootstrapJar());
    Class<?> transitions = Class.forName(TRANSITIONS.replace('/', '.'), true, null);
    transitions.getField("onMounted").set(null, onMounted);
    transitions.getField("onUnmounting").set(null, onUnmounting);
    // On this thread, which is none of those concerned: so that all that is called is linked.
    transitions.getMethod("mounted").invoke(null);
    transitions.getMethod("unmounting").invoke(null);

    Transformer transformer = new Transformer();
    instrumentation.addTransformer(transformer, /* canRetransform= */ true);
    instrumentation.retransformClasses(virtualThread);
    if (!transformer.transformed) {
      instrumentation.removeTransformer(transformer);
      throw new UnsupportedOperationException(
          "java.lang.VirtualThread has no mount() and unmount() as expected", transformer.failure);
    }
  }

  /** A jar of one class, which is what a class for the bootstrap class loader has to be in. */
  private static JarFile bootstrapJar() throws IOException {
    Path jar = Files.createTempFile("requestkey", ".jar");
    jar.toFile().deleteOnExit();
    String entry = TRANSITIONS + ".class";
    try (InputStream in = VirtualThreadHook.class.getResourceAsStream("/" + entry);
        JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
      if (in == null) {
        throw new IOException("the jar has no " + entry);
      }
      out.putNextEntry(new JarEntry(entry));
      in.transferTo(out);
      out.closeEntry();
    }
    return new JarFile(jar.toFile());
  }

  private static final class Transformer implements ClassFileTransformer {
    volatile boolean transformed;
    volatile @Nullable Throwable failure;

    // Null means no change, which the interface was not annotated to say.
    @Override
    @SuppressWarnings("NullAway")
    public byte @Nullable [] transform(
        @Nullable Module module,
        @Nullable ClassLoader loader,
        String className,
        @Nullable Class<?> classBeingRedefined,
        @Nullable ProtectionDomain protectionDomain,
        byte[] classfileBuffer) {
      if (!VIRTUAL_THREAD.equals(className) || loader != null) {
        return null;
      }
      try {
        byte[] changed = callingTransitions(classfileBuffer);
        transformed = changed != null;
        return changed;
      } catch (Throwable e) {
        // Such as a class file too new for the Java agent's ASM.
        failure = e;
        return null;
      }
    }
  }

  /** The class with both calls in it, or null if it is not clear where they belong. */
  static byte @Nullable [] callingTransitions(byte[] virtualThread) {
    ClassReader reader = new ClassReader(virtualThread);
    ClassWriter writer = new ClassWriter(reader, ClassWriter.COMPUTE_MAXS);
    CallInserter inserter = new CallInserter(writer);
    reader.accept(inserter, 0);
    return inserter.isComplete() ? writer.toByteArray() : null;
  }

  private static final class CallInserter extends ClassVisitor {
    private int mounts;
    private int unmounts;

    CallInserter(ClassVisitor next) {
      super(Opcodes.ASM9, next);
    }

    boolean isComplete() {
      return mounts == 1 && unmounts == 1;
    }

    @Override
    public @Nullable MethodVisitor visitMethod(
        int access,
        String name,
        String descriptor,
        @Nullable String signature,
        String @Nullable [] exceptions) {
      MethodVisitor next = super.visitMethod(access, name, descriptor, signature, exceptions);
      if (next == null || !descriptor.equals("()V") || (access & Opcodes.ACC_STATIC) != 0) {
        return next;
      }
      return switch (name) {
        case "mount" ->
            new MethodVisitor(Opcodes.ASM9, next) {
              @Override
              public void visitInsn(int opcode) {
                if (opcode == Opcodes.RETURN) {
                  mounts++;
                  call(this, "mounted");
                }
                super.visitInsn(opcode);
              }
            };
        case "unmount" ->
            new MethodVisitor(Opcodes.ASM9, next) {
              @Override
              public void visitCode() {
                super.visitCode();
                unmounts++;
                call(this, "unmounting");
              }
            };
        default -> next;
      };
    }

    private static void call(MethodVisitor visitor, String method) {
      visitor.visitMethodInsn(
          Opcodes.INVOKESTATIC, TRANSITIONS, method, "()V", /* isInterface= */ false);
    }
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.javaagent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

final class VirtualThreadHookTest {

  private static final String TRANSITIONS =
      "io/requestkey/javaagent/bootstrap/VirtualThreadTransitions.";

  @Test
  void callsFirstOnUnmountingAndLastOnMounting() throws IOException {
    byte[] changed = Objects.requireNonNull(VirtualThreadHook.callingTransitions(original()));

    assertThat(instructionsOf(changed, "mount"))
        .endsWith(TRANSITIONS + "mounted", "return")
        .containsOnlyOnce(TRANSITIONS + "mounted");
    assertThat(instructionsOf(changed, "unmount"))
        .startsWith(TRANSITIONS + "unmounting")
        .containsOnlyOnce(TRANSITIONS + "unmounting");
  }

  @Test
  void leavesAClassAloneThatIsNotAsExpected() {
    ClassWriter writer = new ClassWriter(0);
    writer.visit(
        Opcodes.V17, Opcodes.ACC_PUBLIC, "java/lang/VirtualThread", null, "java/lang/Object", null);
    MethodVisitor mount = writer.visitMethod(0, "mount", "()V", null, null);
    mount.visitCode();
    mount.visitInsn(Opcodes.RETURN);
    mount.visitMaxs(0, 1);
    mount.visitEnd();
    writer.visitEnd();

    assertThat(VirtualThreadHook.callingTransitions(writer.toByteArray())).isNull();
  }

  private static byte[] original() throws IOException {
    try (InputStream in = Object.class.getResourceAsStream("VirtualThread.class")) {
      return Objects.requireNonNull(in).readAllBytes();
    }
  }

  private static List<String> instructionsOf(byte[] classFile, String method) {
    List<String> instructions = new ArrayList<>();
    new ClassReader(classFile)
        .accept(
            new ClassVisitor(Opcodes.ASM9) {
              @Override
              public @Nullable MethodVisitor visitMethod(
                  int access,
                  String name,
                  String descriptor,
                  @Nullable String signature,
                  String @Nullable [] thrown) {
                return name.equals(method) && descriptor.equals("()V")
                    ? new Names(instructions)
                    : null;
              }
            },
            ClassReader.SKIP_DEBUG);
    return instructions;
  }

  /** Calls by name, other instructions by what kind of thing they are. */
  private static final class Names extends MethodVisitor {
    private final List<String> into;

    Names(List<String> into) {
      super(Opcodes.ASM9);
      this.into = into;
    }

    @Override
    public void visitMethodInsn(
        int opcode, String owner, String name, String descriptor, boolean isInterface) {
      into.add(owner + "." + name);
    }

    @Override
    public void visitInsn(int opcode) {
      into.add(opcode == Opcodes.RETURN ? "return" : "instruction");
    }

    @Override
    public void visitVarInsn(int opcode, int varIndex) {
      into.add("variable");
    }
  }
}

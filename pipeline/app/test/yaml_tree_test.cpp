#include "pipeline/app/yaml_tree.h"

#include <gtest/gtest.h>

using namespace tandem;

namespace {

std::string refusalOf(std::string_view yaml, const YamlLimits &limits = {}) {
  Result<YamlNode> node = parseYaml(yaml, "a.yaml", limits);
  return node.ok() ? "taken" : node.error().text();
}

TEST(YamlTree, KeepsOrderAndLines) {
  Result<YamlNode> root = parseYaml("b: 1\na:\n  - x\n  - 'y'\n", "a.yaml");
  ASSERT_TRUE(root.ok()) << root.error().text();
  ASSERT_EQ(root->entries.size(), 2u);
  EXPECT_EQ(root->entries[0].key, "b");
  EXPECT_EQ(root->entries[1].line, 2);
  const YamlNode &list = root->entries[1].value;
  ASSERT_EQ(list.items.size(), 2u);
  EXPECT_EQ(list.items[1].line, 4);
  EXPECT_TRUE(list.items[1].quoted);
  EXPECT_FALSE(list.items[0].quoted);
}

TEST(YamlTree, CopiesWhatAnAliasNames) {
  Result<YamlNode> root = parseYaml("a: &x [1, 2]\nb: *x\n", "a.yaml");
  ASSERT_TRUE(root.ok()) << root.error().text();
  EXPECT_EQ(root->find("b")->items[1].scalar, "2");
  EXPECT_EQ(root->find("b")->line, 2);
}

TEST(YamlTree, RefusesAnAliasBomb) {
  std::string bomb = "a: &a [x, x, x, x, x, x, x, x, x, x]\n";
  for (char name = 'b'; name <= 'j'; ++name) {
    bomb += std::string(1, name) + ": &" + name + " [";
    for (int i = 0; i < 10; ++i)
      bomb += std::string(i ? ", *" : "*") + static_cast<char>(name - 1);
    bomb += "]\n";
  }
  EXPECT_EQ(refusalOf(bomb), "a.yaml:4: error: more than 5000 entries");
}

TEST(YamlTree, RefusesDepth) {
  std::string deep(200, '[');
  EXPECT_EQ(refusalOf(deep + std::string(200, ']')), "a.yaml:1: error: nested more than 16 deep");
  EXPECT_EQ(refusalOf("a: &a [[[[[[[[1]]]]]]]]\nb: [[[[[[[[*a]]]]]]]]\n"),
            "a.yaml:2: error: nested more than 16 deep");
}

TEST(YamlTree, RefusesSize) {
  EXPECT_EQ(refusalOf(std::string(300000, 'x')),
            "a.yaml: error: has 300000 bytes, at most 262144 are read");
}

TEST(YamlTree, RefusesWhatApplicationsDoNotNeed) {
  EXPECT_EQ(refusalOf("a: !tag 1\n"), "a.yaml:1: error: tag '!tag' is not supported");
  EXPECT_EQ(refusalOf("[a]: 1\n"), "a.yaml:1: error: a key must be a word");
  EXPECT_EQ(refusalOf("a: 1\n---\nb: 2\n"),
            "a.yaml:3: error: a second document begins, expected only one");
  EXPECT_EQ(refusalOf(""), "a.yaml: error: is empty, expected an application");
}

TEST(YamlTree, NamesTheLineOfASyntaxError) {
  EXPECT_EQ(refusalOf("a: 1\nb: [1, 2\nc: 3\n"),
            "a.yaml:3: error: not YAML: end of sequence flow not found");
  EXPECT_EQ(refusalOf("a: 1\n\tb: 2\n").substr(0, 24), "a.yaml:2: error: not YAM");
  EXPECT_EQ(refusalOf("a: *b\n").substr(0, 24), "a.yaml:1: error: not YAM");
}

} // namespace

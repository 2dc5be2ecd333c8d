// How fast are the scanner and the parser of HCL's native syntax? Usage: hcl_parse_bench [directory …]
// Reads every `*.tf` below the directories into memory first; without arguments it makes up a repository of 20 MB. Each
// figure is the best of seven rounds.
#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "hcl/parse.hpp"
#include "hcl/scan.hpp"

namespace {

namespace fs = std::filesystem;
using namespace statelane;

constexpr std::string_view resource = R"(# The service {0}: what it runs on and who may reach it.
resource "aws_security_group" "service_{0}" {{
  name        = "${{var.environment}}-service-{0}"
  description = "Traffic of service {0}"
  vpc_id      = data.terraform_remote_state.network.outputs.vpc_id

  ingress {{
    from_port   = {1}
    to_port     = {1}
    protocol    = "tcp"
    cidr_blocks = ["10.0.0.0/8", "172.16.{2}.0/24"] // the office too
  }}

  tags = merge(local.tags, {{
    Name  = "service-{0}"
    Owner = "team-{2}"
  }})
}}

module "service_{0}" {{
  source = "../../modules/service"

  name          = "service-{0}"
  desired_count = var.environment == "prod" ? {2} : 1
  subnets       = [for subnet in local.subnets : subnet.id if subnet.public]
  policy        = file("${{path.module}}/policies/service-{0}.json")
  log_group     = aws_cloudwatch_log_group.service[0].name
  container     = jsonencode({{ image = "${{local.registry}}/service-{0}:${{var.tag}}", cpu = 256, memory = 512 }})
}}

output "service_{0}_arn" {{
  description = "The ARN of service {0}."
  value       = module.service_{0}.arn
}}

data "aws_iam_policy_document" "service_{0}" {{
  statement {{
    actions   = ["s3:GetObject", "s3:ListBucket"]
    resources = ["arn:aws:s3:::bucket-{2}/*"]
  }}
}}

locals {{
  script_{0} = <<-EOT
    #!/bin/sh
    exec service --port {1} --name ${{local.name}} "$@"
  EOT
}}

)";

std::vector<std::string> make_texts(std::size_t bytes) {
  std::mt19937 random(1);
  std::vector<std::string> texts;
  for (std::size_t total = 0; total < bytes; total += texts.back().size()) {
    std::string text;
    for (std::size_t count = 1 + random() % 2; count > 0; --count) {
      text += fmt::format(fmt::runtime(resource), random() % 1000, 1024 + random() % 60000, 1 + random() % 9);
    }
    texts.push_back(std::move(text));
  }
  return texts;
}

std::vector<std::string> read_texts(const fs::path& directory) {
  std::vector<std::string> texts;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(directory)) {
    if (!entry.is_regular_file() || entry.path().extension() != ".tf") continue;
    std::ifstream stream(entry.path(), std::ios::binary);
    texts.emplace_back(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>());
  }
  return texts;
}

double best_seconds(const std::function<void()>& work) {
  double best = 1e9;
  for (int round = 0; round < 7; ++round) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  }
  return best;
}

}  // namespace

int main(int count, char** arguments) {
  std::vector<std::string> texts;
  for (int index = 1; index < count; ++index) {
    for (std::string& text : read_texts(arguments[index])) texts.push_back(std::move(text));
  }
  if (texts.empty()) texts = make_texts(20'000'000);
  std::size_t bytes = 0;
  for (const std::string& text : texts) bytes += text.size();
  const auto print = [&](const char* what, double seconds, std::size_t found, const char* of) {
    fmt::print("{:<8} {:7.1f} ms {:7.1f} MB/s  {} {}\n", what, seconds * 1e3,
               static_cast<double>(bytes) / seconds / 1e6, found, of);
  };
  fmt::print("{} files, {:.1f} MB\n", texts.size(), static_cast<double>(bytes) / 1e6);

  std::size_t tokens = 0;
  const double scanning = best_seconds([&] {
    tokens = 0;
    for (const std::string& text : texts) {
      hcl::Scanner scanner(text);
      while (scanner.next().kind != hcl::TokenKind::end) ++tokens;
    }
  });
  print("scan", scanning, tokens, "tokens");

  std::size_t copied = 0;
  const double copying = best_seconds([&] {
    for (const std::string& text : texts) copied += std::string(text).size() & 1;
  });

  std::size_t tree_bytes = 0;
  std::size_t faults = 0;
  const RepoPath path = RepoPath::of("main.tf");
  const double parsing = best_seconds([&] {
    tree_bytes = faults = 0;
    for (const std::string& text : texts) {
      Diagnostics diagnostics;
      const hcl::File file = hcl::parse(text, path, diagnostics);
      tree_bytes += file.tree_bytes();
      faults += file.has_faults() ? 1 : 0;
    }
  });
  print("parse", parsing - copying, tree_bytes, "bytes of trees");
  if (faults > 0) fmt::print("{} files with faults\n", faults);
  return copied == 1 ? 1 : 0;
}

#include "support/preset_text.hpp"

#include <fmt/format.h>

#include <array>

namespace statelane::support {

namespace {

using namespace std::string_view_literals;

constexpr std::array words = {"billing"sv, "search"sv, "ingest"sv,  "gateway"sv, "ledger"sv,  "catalog"sv,  "session"sv,
                              "mail"sv,    "report"sv, "audit"sv,   "media"sv,   "cart"sv,    "quota"sv,    "profile"sv,
                              "events"sv,  "cache"sv,  "metrics"sv, "vault"sv,   "runner"sv,  "registry"sv, "ticket"sv,
                              "pricing"sv, "stock"sv,  "invoice"sv, "notify"sv,  "archive"sv, "feature"sv,  "risk"sv};
constexpr std::array nouns = {"api"sv,     "worker"sv, "store"sv,  "queue"sv, "web"sv,     "batch"sv, "stream"sv,
                              "network"sv, "roles"sv,  "backup"sv, "dns"sv,   "cluster"sv, "edge"sv,  "base"sv};

// {0}: a name with underscores, {1}: a port, {2}: a small number, {3}: a name with dashes
constexpr std::array blocks = {
    R"(
# What {3} runs on and who may reach it.
resource "aws_security_group" "{0}" {{
  name        = "${{var.environment}}-{3}"
  description = "Traffic of {3}"
  vpc_id      = data.aws_vpc.selected.id

  ingress {{
    from_port   = {1}
    to_port     = {1}
    protocol    = "tcp"
    cidr_blocks = ["10.{2}.0.0/16", "172.16.{2}.0/24"] // the office too
  }}

  tags = merge(local.tags, {{
    Name  = "{3}"
    Owner = "team-{2}"
  }})
}}
)"sv,
    R"(
resource "aws_iam_role" "{0}" {{
  name               = format("%s-%s", var.environment, "{3}")
  assume_role_policy = data.aws_iam_policy_document.{0}_assume.json
  tags               = local.tags
}}

data "aws_iam_policy_document" "{0}_assume" {{
  statement {{
    actions = ["sts:AssumeRole"]
    principals {{
      type        = "Service"
      identifiers = ["ecs-tasks.amazonaws.com"]
    }}
  }}
}}
)"sv,
    R"(
resource "aws_cloudwatch_metric_alarm" "{0}" {{
  count               = var.environment == "prod" ? 1 : 0
  alarm_name          = "{3}-errors"
  comparison_operator = "GreaterThanOrEqualToThreshold"
  evaluation_periods  = {2}
  metric_name         = "5XXError"
  namespace           = "AWS/ApiGateway"
  period              = 60
  statistic           = "Sum"
  threshold           = {1}
  alarm_actions       = [for topic in aws_sns_topic.alerts : topic.arn if topic.name != ""]
}}
)"sv,
    R"(
resource "aws_s3_bucket" "{0}" {{
  bucket        = "acme-${{var.environment}}-{3}-{1}"
  force_destroy = false

  lifecycle {{
    prevent_destroy = true
    ignore_changes  = [tags["Updated"]]
  }}
}}

resource "aws_s3_bucket_versioning" "{0}" {{
  bucket = aws_s3_bucket.{0}.id
  versioning_configuration {{
    status = "Enabled"
  }}
}}
)"sv,
    R"(
output "{0}_arn" {{
  description = "The ARN of {3}."
  value       = try(aws_iam_role.{0}[0].arn, null)
}}
)"sv,
    R"(
variable "{0}_size" {{
  description = "How many of {3} to run."
  type        = number
  default     = {2}

  validation {{
    condition     = var.{0}_size < 100
    error_message = "Fewer than a hundred, please."
  }}
}}
)"sv,
    R"(
locals {{
  {0}_hosts = {{ for zone in ["a", "b", "c"] : zone => "{3}-${{zone}}.internal.example.com" }}
  {0}_rules = concat(local.default_rules, [
    {{ port = {1}, from = "10.{2}.0.0/16" }},
    {{ port = 443, from = "0.0.0.0/0" }},
  ])
}}
)"sv,
    R"(
resource "aws_instance" "{0}" {{
  ami           = data.aws_ami.base.id
  instance_type = lookup(var.instance_types, var.environment, "t3.micro")
  subnet_id     = element(data.aws_subnets.private.ids, {2})

  user_data = <<-EOT
    #!/bin/sh
    set -eu
    hostnamectl set-hostname {3}-{2}
    systemctl enable --now {3}.service
    exec /usr/local/bin/{3} --listen :{1} --environment ${{var.environment}}
  EOT

  dynamic "ebs_block_device" {{
    for_each = var.disks
    content {{
      device_name = ebs_block_device.value.name
      volume_size = ebs_block_device.value.size
    }}
  }}
}}
)"sv,
    R"(
resource "aws_ssm_parameter" "{0}" {{
  for_each = toset(["url", "user", "region"])
  name     = "/${{var.environment}}/{3}/${{each.key}}"
  type     = "String"
  value    = jsonencode({{ name = each.key, port = {1}, tags = local.tags }})
}}
)"sv,
    R"(
data "aws_ami" "{0}" {{
  most_recent = true
  owners      = ["amazon"]

  filter {{
    name   = "name"
    values = ["amzn2-ami-hvm-*-x86_64-gp{2}"]
  }}
}}
)"sv,
    R"(
/* {3} talks to its neighbours only;
   the rule was agreed on in review {1}. */
resource "aws_route53_record" "{0}" {{
  zone_id = data.aws_route53_zone.internal.zone_id
  name    = "{3}.${{data.aws_route53_zone.internal.name}}"
  type    = "CNAME"
  ttl     = {1}
  records = [aws_lb.main.dns_name]
}}
)"sv,
};

std::string with_underscores(std::string text) {
  for (char& letter : text) {
    if (letter == '-') letter = '_';
  }
  return text;
}

}  // namespace

std::string make_name(Random& random) { return fmt::format("{}-{}", random.pick(words), random.pick(nouns)); }

std::string make_block(Random& random) {
  const std::string name = make_name(random) + "-" + std::to_string(random.below(1000));
  const std::string_view block = random.pick(blocks);
  const std::size_t port = 1024 + random.below(60000);
  return fmt::format(fmt::runtime(block), with_underscores(name), port, 1 + random.below(9), name);
}

std::string make_blocks(Random& random, std::size_t bytes) {
  std::string text;
  while (text.size() < bytes) text += make_block(random);
  return text;
}

std::string make_other(Random& random, std::string_view name, std::size_t bytes) {
  std::string text;
  const bool is_json = name.ends_with(".json");
  const bool is_yaml = name.ends_with(".yaml") || name.ends_with(".yml");
  const bool is_template = name.ends_with(".tftpl") || name.ends_with(".tpl");
  if (is_json) text = "{\n  \"Version\": \"2012-10-17\"";
  while (text.size() < bytes) {
    const std::string word = make_name(random);
    const std::size_t number = random.below(10000);
    if (is_json) {
      text += fmt::format(",\n  \"{}-{}\": [\"s3:GetObject\", \"arn:aws:s3:::acme-{}/*\"]", word, number, word);
    } else if (is_yaml) {
      text += fmt::format("{}-{}:\n  enabled: true\n  replicas: {}\n", word, number, number % 7);
    } else if (is_template) {
      text += fmt::format("{} = ${{name}}-{}\n%{{ if enabled ~}}\nport = {}\n%{{ endif ~}}\n", word, number, number);
    } else {
      text += fmt::format("{} {}\n", word, number);
    }
  }
  return is_json ? text + "\n}\n" : text;
}

}  // namespace statelane::support

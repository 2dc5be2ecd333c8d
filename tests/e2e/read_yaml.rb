# Reads pipeline files as GitLab does (Psych, YAML 1.1, safe_load) and prints {PATH: document, ...} as JSON.
#
#     ruby read_yaml.rb FILE...        or the paths on standard input, one a line
#
# Exits with 1, each fault on standard error, when GitLab would refuse a file or would see something else than its
# writer meant: a key that is no string (`on:` is true), a key given twice (the last wins silently), a symbol, a date.
require "json"
require "psych"

def faults_of_value(value, place)
  case value
  when Hash
    value.flat_map do |key, item|
      here = "#{place}/#{key}"
      not_a_string = key.is_a?(String) ? [] : ["#{here}: the key is #{key.class} #{key.inspect}"]
      not_a_string + faults_of_value(item, here)
    end
  when Array
    value.each_with_index.flat_map { |item, index| faults_of_value(item, "#{place}/#{index}") }
  when String, Integer, true, false, nil
    []
  else
    return [] if value.is_a?(Float) && value.finite?
    ["#{place}: the value is #{value.class} #{value.inspect}"]
  end
end

def duplicate_keys(node)
  return [] unless node.children
  own = node.is_a?(Psych::Nodes::Mapping) ? node.children.each_slice(2).map { |key, _| key } : []
  scalars = own.grep(Psych::Nodes::Scalar).reject { |key| key.value == "<<" }
  twice = scalars.group_by(&:value).values.select { |keys| keys.size > 1 }
  twice.map { |keys| "line #{keys.last.start_line + 1}: the key #{keys.last.value.inspect} is given twice" } +
    node.children.flat_map { |child| duplicate_keys(child) }
end

documents = {}
faults = []
paths = ARGV.empty? ? $stdin.each_line(chomp: true).to_a : ARGV
paths.each do |path|
  text = File.read(path, encoding: "UTF-8")
  document = Psych.safe_load(text, permitted_classes: [Symbol], aliases: true, filename: path)
  found = duplicate_keys(Psych.parse_stream(text)) + faults_of_value(document, "")
  faults.concat(found.map { |fault| "#{path}: #{fault}" })
  documents[path] = document
rescue Psych::Exception => error
  faults << "#{path}: #{error.message}"
end

abort faults.join("\n") unless faults.empty?
puts JSON.generate(documents)

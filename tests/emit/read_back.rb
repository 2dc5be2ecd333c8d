# Reads YAML as GitLab does (Psych, YAML 1.1, safe_load) and compares it with JSON: same values, same types, same order of keys.
#
#     ruby read_back.rb (FILE.yml FILE.json)...
require "json"
require "psych"

def differences(read, meant, place)
  return ["#{place}: #{read.class} #{read.inspect} instead of #{meant.class} #{meant.inspect}"] if read.class != meant.class
  case meant
  when Hash
    return ["#{place}: keys #{read.keys.inspect} instead of #{meant.keys.inspect}"] if read.keys != meant.keys
    meant.flat_map { |key, value| differences(read[key], value, "#{place}/#{key.inspect}") }
  when Array
    return ["#{place}: #{read.size} items instead of #{meant.size}"] if read.size != meant.size
    meant.each_index.flat_map { |index| differences(read[index], meant[index], "#{place}/#{index}") }
  else
    read == meant ? [] : ["#{place}: #{read.inspect} instead of #{meant.inspect}"]
  end
end

found = ARGV.each_slice(2).flat_map do |pair|
  yaml, json = pair.map { |path| File.read(path, encoding: "UTF-8") }
  read = Psych.safe_load(yaml, permitted_classes: [Symbol], aliases: true)
  differences(read, JSON.parse(json), "")
end
abort found.first(20).join("\n") unless found.empty?
